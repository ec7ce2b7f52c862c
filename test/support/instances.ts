import { hash } from 'bcryptjs';
import { Client } from 'pg';
import { MAX_STALENESS_MS } from '../../src/platform/change-feed';
import type { Answer, Api, TokenBody } from './api';
import type { Ended } from './command';
import { createDatabase, type TestDatabase } from './database';
import { Home, type Instance } from './home';
import { expectProblem } from './problem';
import { AUTH_SECRET } from './settings';
import { TcpProxy } from './tcp-proxy';
import { report } from './traffic';

const PASSWORD = 'teal otters juggle 7 lanterns';

let people = 0;

export interface Person {
  readonly email: string;
  readonly password: string;
}

export const principal = async (api: Api, { accessToken: token }: TokenBody): Promise<Answer> =>
  api.get('/v1/auth/principal', { token });

export const refresh = async (api: Api, { refreshToken }: TokenBody): Promise<Answer<TokenBody>> =>
  api.post<TokenBody>('/v1/auth/refresh', { json: { refreshToken } });

export const logOut = async (api: Api, { accessToken: token }: TokenBody): Promise<Answer> =>
  api.post('/v1/auth/logout', { token });

/**
 * Asks until an access token is refused.
 * @param endedAt when what it was good for had ended, as `performance.now()` has it
 * @returns how long after that the refusal had come, in milliseconds; one that is let in later than is published fails
 */
export async function refusal(
  api: Api,
  tokens: TokenBody,
  endedAt = performance.now(),
  code = 'invalid-token',
): Promise<number> {
  for (;;) {
    const askedAt = performance.now();
    const answer = await principal(api, tokens);
    const lagMs = performance.now() - endedAt;
    if (answer.status === 401) {
      expectProblem(answer, 401, code);
      return lagMs;
    }
    expect(answer.status).toBe(200);
    expect(askedAt - endedAt).toBeLessThanOrEqual(MAX_STALENESS_MS);
  }
}

/** Prints figures with the run. */
export function reportLags(what: string, lags: number[]): void {
  const sorted = lags.toSorted((a, b) => a - b);
  report(what, {
    times: sorted.length,
    'p50, ms': sorted[Math.floor(sorted.length / 2)] ?? 0,
    slowest: sorted.at(-1) ?? 0,
  });
}

/** Processes of the built application on one database. */
export class Instances {
  private readonly home = new Home();
  private readonly proxies: TcpProxy[] = [];

  constructor(
    readonly database: TestDatabase,
    private readonly env: Record<string, string> = {},
  ) {}

  async start(): Promise<Instance> {
    return (await this.launch()).serves();
  }

  /** Spawns one without waiting until it serves. */
  async launch(databaseUrl = this.database.url): Promise<Instance> {
    return this.home.launch({ ...this.settings, DATABASE_URL: databaseUrl });
  }

  /** One with a network of its own to the database, which can break. */
  async startBehindProxy(): Promise<[Instance, TcpProxy]> {
    const proxy = await TcpProxy.to(this.database.url);
    this.proxies.push(proxy);
    return [await (await this.launch(proxy.url)).serves(), proxy];
  }

  /** A new account: registered, or imported where registration is closed. */
  async register({ api }: Instance): Promise<Person> {
    const person = { email: `person-${process.pid}-${++people}@example.com`, password: PASSWORD };
    const { status } = await api.post('/v1/auth/register', { json: person });
    if (status === 403) await this.import(person);
    else expect(status).toBe(202);
    return person;
  }

  private async import({ email, password }: Person): Promise<void> {
    const line = JSON.stringify({ email, passwordHash: await hash(password, 4), emailVerified: true });
    const { code, stderr } = await this.run(['users:import', '-'], `${line}\n`);
    expect({ code, stderr }).toMatchObject({ code: 0 });
  }

  /** Runs a command with the settings of the instances. */
  async run(args: readonly string[], input = ''): Promise<Ended> {
    return this.home.run(this.settings, args, input);
  }

  /** Signs a person in, or a new one. */
  async signIn(instance: Instance, person?: Person): Promise<TokenBody> {
    const json = person ?? (await this.register(instance));
    const { status, body } = await instance.api.post<TokenBody>('/v1/auth/login', { json });
    expect(status).toBe(200);
    return body;
  }

  /** Asks the database past every proxy, as an operator would. */
  async ask<Row extends object>(text: string, parameters: unknown[] = []): Promise<Row[]> {
    const client = new Client({ connectionString: this.database.url });
    await client.connect();
    try {
      return (await client.query<Row>(text, parameters)).rows;
    } finally {
      await client.end();
    }
  }

  private get settings(): Record<string, string> {
    return { AUTH_SECRET, ...this.env, DATABASE_URL: this.database.url };
  }

  /** Ends them all, and their database. */
  async clear(): Promise<void> {
    await this.home.clear();
    for (const proxy of this.proxies) await proxy.close();
    await this.database.drop();
  }
}

/** So many processes of the built application (`npm run build`) on one new database; `instances.clear()` ends them. */
export async function startInstances(
  count: number,
  env: Record<string, string> = {},
): Promise<{ instances: Instances; all: readonly Instance[] }> {
  const instances = new Instances(await createDatabase(), env);
  const all: Instance[] = [];
  for (let each = 0; each < count; each++) all.push(await instances.start());
  return { instances, all };
}
