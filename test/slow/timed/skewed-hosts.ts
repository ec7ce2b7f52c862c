import { join } from 'node:path';
import { Client } from 'pg';
import type { Answer, TokenBody } from '../../support/api';
import { PASSWORD } from '../../support/app';
import { createDatabase, type TestDatabase } from '../../support/database';
import { Home, type Instance } from '../../support/home';
import { AUTH_SECRET } from '../../support/settings';

const PRELOAD = `--require "${join(__dirname, 'host-clock.js')}"`;

/** What a host's clock is off by, and what it is set by while it serves, in milliseconds. */
const AHEAD = [300_000, -600_000] as const;
const BEHIND = [-300_000, 600_000] as const;
const RIGHT = [0, 300_000] as const;

let people = 0;

/** Three instances on one database; the host of one is five minutes ahead, of one five minutes behind, and of one right. */
export class SkewedHosts {
  readonly all: readonly Instance[];

  private constructor(
    private readonly home: Home,
    private readonly database: TestDatabase,
    private readonly outside: Client,
    readonly ahead: Instance,
    readonly behind: Instance,
    readonly right: Instance,
  ) {
    this.all = [ahead, behind, right];
  }

  static async start(settings: Record<string, string> = {}): Promise<SkewedHosts> {
    const database = await createDatabase();
    const home = new Home();
    const env = { ...settings, AUTH_SECRET, DATABASE_URL: database.url, NODE_OPTIONS: PRELOAD };
    const on = async ([off, set]: readonly [number, number]) =>
      home.start({ ...env, HOST_CLOCK_OFF_MS: String(off), HOST_CLOCK_SET_MS: String(set) });
    const instances = [await on(AHEAD), await on(BEHIND), await on(RIGHT)] as const;
    const outside = new Client({ connectionString: database.url });
    await outside.connect();
    return new SkewedHosts(home, database, outside, ...instances);
  }

  /** Each instance, with each of the others and itself. */
  get pairs(): [Instance, Instance][] {
    return this.all.flatMap((one) => this.all.map((other): [Instance, Instance] => [one, other]));
  }

  /** The database's clock, in seconds since the epoch. */
  async seconds(): Promise<number> {
    const { rows } = await this.outside.query<{ seconds: number }>(
      'SELECT extract(epoch FROM clock_timestamp())::float8 AS seconds',
    );
    return rows[0]?.seconds ?? NaN;
  }

  /** A new user, signed in at that instance. */
  async signInAt({ api }: Instance): Promise<TokenBody> {
    const json = { email: `person-${process.pid}-${++people}@example.com`, password: PASSWORD };
    await api.post('/v1/auth/register', { json });
    return (await api.post<TokenBody>('/v1/auth/login', { json })).body;
  }

  async clear(): Promise<void> {
    await this.outside.end();
    await this.home.clear();
    await this.database.drop();
  }
}

export async function refreshAt({ api }: Instance, refreshToken: string): Promise<Answer<TokenBody>> {
  return api.post<TokenBody>('/v1/auth/refresh', { json: { refreshToken } });
}

export async function principalAt({ api }: Instance, token: string): Promise<Answer> {
  return api.get('/v1/auth/principal', { token });
}
