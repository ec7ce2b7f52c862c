import { sendRequest } from './http-client';

/** A request as the server receives it. */
export interface Sent {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly url: string;
  readonly headers: Headers;
  readonly body: string;
}

/** A fault that replaces the response of a request; `undefined` lets the request through. */
export type Fault = (goOn: () => Promise<Response>) => Promise<Response | undefined>;

/** The connection breaks while the response is in transit. */
export const lostAnswer: Fault = async (goOn) => {
  await goOn();
  throw new TypeError('fetch failed');
};

/** The request does not arrive. */
export const noNetwork: Fault = async () => {
  throw new TypeError('fetch failed');
};

export const answering =
  (status: number, body = '', headers: Record<string, string> = {}): Fault =>
  async () =>
    new Response(body, { status, headers });

/** A problem in the format of the application. */
export function problem(status: number, code: string, headers: Record<string, string> = {}): Fault {
  const body = {
    type: `urn:problem-type:gatehouse:${code}`,
    title: code,
    status,
    detail: 'So.',
    instance: '',
    code,
  };
  const type = { 'content-type': 'application/problem+json' };
  return answering(status, JSON.stringify(body), { ...type, ...headers });
}

/** Holds a response back until `letGo`. */
export function held(): { fault: Fault; arrived: Promise<void>; letGo: () => void } {
  let [arrive, letGo] = [() => {}, () => {}];
  const arrived = new Promise<void>((resolve) => (arrive = resolve));
  const gone = new Promise<void>((resolve) => (letGo = resolve));
  const fault: Fault = async (goOn) => {
    const response = await goOn();
    arrive();
    await gone;
    return response;
  };
  return { fault, arrived, letGo };
}

/** Connects a client to the application, records all requests and injects the faults of a test. */
export class ClientWire {
  readonly sent: Sent[] = [];
  private readonly faults: { path: string; fault: Fault; isLasting: boolean }[] = [];
  private readonly cookies = new Map<string, string>();

  /** As a client takes it. Sends and keeps cookies, as a browser does where credentials are included. */
  readonly fetch = async (request: Request): Promise<Response> => {
    const { pathname, search } = new URL(request.url);
    const { method, url, headers, credentials } = request;
    const body = await request.clone().text();
    this.sent.push({ method, url, path: pathname + search, headers: new Headers(headers), body });
    const isWithCookies = credentials === 'include';
    const goOn = async () => this.passOn(request, body, isWithCookies);
    const index = this.faults.findIndex(({ path }) => path === pathname);
    const met = this.faults[index];
    if (met && !met.isLasting) this.faults.splice(index, 1);
    const response = (await met?.fault(goOn)) ?? (await goOn());
    if (isWithCookies) this.keepCookiesOf(response);
    return response;
  };

  /** Injects a fault into the next request for this path. */
  next(path: string, fault: Fault): void {
    this.faults.push({ path, fault, isLasting: false });
  }

  /** Injects a fault into all requests until `restore`. */
  always(path: string, fault: Fault): void {
    this.faults.push({ path, fault, isLasting: true });
  }

  restore(): void {
    this.faults.length = 0;
  }

  count(path: string): number {
    return this.sent.filter((sent) => sent.path === path).length;
  }

  private async passOn(
    { method, url, headers, signal }: Request,
    body: string,
    withCookies: boolean,
  ): Promise<Response> {
    const sent = new Headers(headers);
    const pairs = [...this.cookies].map(([name, value]) => `${name}=${value}`);
    if (withCookies && pairs.length > 0) sent.set('cookie', pairs.join('; '));
    signal.throwIfAborted();
    const received = await sendRequest(method, url, sent, body === '' ? null : body);
    signal.throwIfAborted();
    return new Response(received.text || null, received);
  }

  /** Of a response that arrived. */
  private keepCookiesOf({ headers }: Response): void {
    for (const line of headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (/max-age=0/i.test(line)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
  }

  /** Removes a cookie, as the browser does after Max-Age. */
  drop(cookie: string): void {
    this.cookies.delete(cookie);
  }
}
