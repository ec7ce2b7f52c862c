import { Conformance } from './conformance';
import { timed } from './costs';
import { type Received, sendRequest } from './http-client';

export interface Answer<Body = Record<string, unknown>> extends Received {
  readonly body: Body;
}

export interface Call {
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent as it is. */
  readonly raw?: string | Uint8Array<ArrayBuffer>;
  readonly token?: string;
  readonly headers?: Record<string, string>;
}

export interface TokenBody {
  readonly accessToken: string;
  readonly tokenType: string;
  readonly expiresIn: number;
  readonly refreshToken: string;
  readonly refreshExpiresIn: number;
}

export interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly instance: string;
  readonly code: string;
  readonly errors?: { pointer: string; code: string; detail: string }[];
}

/** What a TLS proxy says; production answers nothing else. */
export const BY_HTTPS = { 'x-forwarded-proto': 'https' };

/** Speaks HTTP with the application as any client would, and fails where an answer is not as the OpenAPI document says. */
export class Api {
  /**
   * @param always headers of every request, as a proxy on the way would add
   * @param conformance to the document of this application, where a team's modules are part of it
   */
  constructor(
    readonly url: string,
    private readonly always: Readonly<Record<string, string>> = {},
    readonly conformance = Conformance.committed(),
  ) {}

  async send<Body = Record<string, unknown>>(
    method: string,
    path: string,
    call: Call = {},
  ): Promise<Answer<Body>> {
    const headers = new Headers({ ...this.always, ...call.headers });
    if (call.json !== undefined && !headers.has('content-type'))
      headers.set('content-type', 'application/json');
    if (call.token !== undefined) headers.set('authorization', `Bearer ${call.token}`);
    const body = call.raw ?? (call.json === undefined ? null : JSON.stringify(call.json));
    const answer = await timed('http', async () => sendRequest(method, this.url + path, headers, body));
    this.conformance.check(method, path, answer);
    const isJson = /json/.test(answer.headers.get('content-type') ?? '');
    return { ...answer, body: (isJson && answer.text ? JSON.parse(answer.text) : undefined) as Body };
  }

  async get<Body = Record<string, unknown>>(path: string, call?: Call): Promise<Answer<Body>> {
    return this.send<Body>('GET', path, call);
  }

  async post<Body = Record<string, unknown>>(path: string, call?: Call): Promise<Answer<Body>> {
    return this.send<Body>('POST', path, call);
  }

  async put<Body = Record<string, unknown>>(path: string, call?: Call): Promise<Answer<Body>> {
    return this.send<Body>('PUT', path, call);
  }

  async patch<Body = Record<string, unknown>>(path: string, call?: Call): Promise<Answer<Body>> {
    return this.send<Body>('PATCH', path, call);
  }

  async delete<Body = Record<string, unknown>>(path: string, call?: Call): Promise<Answer<Body>> {
    return this.send<Body>('DELETE', path, call);
  }
}
