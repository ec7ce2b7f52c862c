import type { Answer, Call } from './api';
import type { TestApp } from './app';

export const ACCESS = '__Host-access';
export const REFRESH = '__Host-refresh';
export const DEVICE = '__Host-device';

export interface SetCookie {
  readonly value: string;
  /** By their names as written; one without a value has an empty one. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** What an answer sets, by name; fails where it sets a name twice. */
export function cookiesOf({ headers }: Answer<unknown>): Record<string, SetCookie> {
  const cookies: Record<string, SetCookie> = {};
  for (const line of headers.getSetCookie()) {
    const [[name, value], ...attributes] = line.split('; ').map(split) as [Pair, ...Pair[]];
    if (name in cookies) throw new Error(`${name} is set twice`);
    cookies[name] = { value, attributes: Object.fromEntries(attributes) };
  }
  return cookies;
}

/** The names that an answer takes away. */
export function clearedBy(answer: Answer<unknown>): string[] {
  const cookies = Object.entries(cookiesOf(answer));
  return cookies.filter(([, { attributes }]) => attributes['Max-Age'] === '0').map(([name]) => name);
}

/** As a browser sends them. */
export function withCookies(cookies: Readonly<Record<string, string>>): { headers: { cookie: string } } {
  const pairs = Object.entries(cookies).map(([name, value]) => `${name}=${value}`);
  return { headers: { cookie: pairs.join('; ') } };
}

/** The cookies of a user, as a browser stores and sends them. */
export class Jar {
  private readonly kept = new Map<string, string>();

  constructor(private readonly app: TestApp) {}

  get access(): string {
    return this.value(ACCESS);
  }

  get refresh(): string {
    return this.value(REFRESH);
  }

  get device(): string {
    return this.value(DEVICE);
  }

  /** All that are kept. */
  get all(): Record<string, string> {
    return Object.fromEntries(this.kept);
  }

  /** The same, in another browser as it were. */
  copy(): Jar {
    return new Jar(this.app).keep(this.all);
  }

  keep(cookies: Readonly<Record<string, string>>): this {
    for (const [name, value] of Object.entries(cookies)) this.kept.set(name, value);
    return this;
  }

  /** Sends what is kept, and keeps what is set. */
  async send<Body = Record<string, unknown>>(
    method: string,
    path: string,
    call: Call = {},
  ): Promise<Answer<Body>> {
    const headers = { ...(this.kept.size > 0 && withCookies(this.all).headers), ...call.headers };
    const answer = await this.app.api.send<Body>(method, path, { ...call, headers });
    for (const [name, { value, attributes }] of Object.entries(cookiesOf(answer))) {
      if (attributes['Max-Age'] === '0') this.kept.delete(name);
      else this.kept.set(name, value);
    }
    return answer;
  }

  async signIn(person: { email: string; password: string }, call: Call = {}): Promise<this> {
    const { status } = await this.send('POST', '/v1/auth/login?useCookies=true', { json: person, ...call });
    if (status !== 200) throw new Error(`signing in answered ${status}`);
    return this;
  }

  private value(name: string): string {
    const value = this.kept.get(name);
    if (value === undefined) throw new Error(`no ${name} is kept`);
    return value;
  }
}

/** A new user who signed in with cookies. */
export async function signedIn(app: TestApp): Promise<Jar> {
  return new Jar(app).signIn(await app.someone());
}

/** Whether the session goes on; uses nothing up. */
export async function isOpen(app: TestApp, { access }: Pick<Jar, 'access'>): Promise<boolean> {
  return (await app.api.get('/v1/auth/principal', { token: access })).status === 200;
}

type Pair = [string, string];

function split(text: string): Pair {
  const [name = '', ...rest] = text.split('=');
  return [name, rest.join('=')];
}
