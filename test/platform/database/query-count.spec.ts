import { Client } from 'pg';
import type { TokenBody } from '../../support/api';
import { startApp, type TestApp } from '../../support/app';
import { inParallel } from '../../support/parallel';
import { sessionIdOf } from '../../support/sessions';

// The polls of the change feed and of the outbox, which come without a request.
const POLLS = new Set<unknown>(['changes-since', 'mail-claim']);

type Named = Readonly<Record<'name' | 'text', string | undefined>>;

/** Every statement that goes to the database, by its name or its words. */
class Statements {
  readonly sent: string[] = [];
  private readonly spy: jest.SpyInstance;

  constructor() {
    const { sent } = this;
    // oxlint-disable-next-line typescript/unbound-method -- bound to whichever client it is called on
    const { query } = Client.prototype;
    this.spy = jest.spyOn(Client.prototype, 'query').mockImplementation(function (
      this: Client,
      ...call: unknown[]
    ) {
      const [asked] = call as [string | Named];
      sent.push(typeof asked === 'string' ? asked : (asked.name ?? asked.text ?? ''));
      return Reflect.apply(query, this, call) as never;
    });
  }

  /** What was sent while something else went on, apart from the polls. */
  async during(work: () => Promise<unknown>): Promise<string[]> {
    const before = this.sent.length;
    await work();
    return this.sent.slice(before).filter((statement) => !POLLS.has(statement));
  }

  stop(): void {
    this.spy.mockRestore();
  }
}

describe('the number of statements', () => {
  let app: TestApp;
  let statements: Statements;
  let tokens: TokenBody;

  beforeAll(async () => {
    app = await startApp();
    statements = new Statements();
  });

  beforeEach(async () => {
    tokens = await app.signIn();
    await app.mailsSent();
  });

  afterAll(async () => {
    statements.stop();
    await app.close();
  });

  const refresh = async (refreshToken: string) =>
    app.api.post<TokenBody>('/v1/auth/refresh', { json: { refreshToken } });
  const principal = async (token = tokens.accessToken) =>
    (await app.api.get('/v1/auth/principal', { token })).status;

  /** Each row of each table, with the number of the transaction that wrote it. */
  const rows = async (): Promise<string[]> => {
    const tables = await app.query<{ name: string }>(
      `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
        WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
    );
    const found: string[] = [];
    for (const { name } of tables) {
      const written = await app.query<{ row: string }>(
        `SELECT concat(t.xmin, ' ', to_jsonb(t)) AS row FROM ${name} t`,
      );
      found.push(...written.map(({ row }) => `${name} ${row}`));
    }
    return found;
  };

  /** The rows that are new, or were written again, or are no longer there. */
  const changedBy = async (work: () => Promise<unknown>): Promise<string[]> => {
    const before = await rows();
    await work();
    const after = await rows();
    const [known, found] = [new Set(before), new Set(after)];
    return [...before.filter((row) => !found.has(row)), ...after.filter((row) => !known.has(row))];
  };

  it('is 0 for authentication: 60 requests cause nothing but the poll', async () => {
    const others = await Promise.all([app.signIn(), app.signIn(), app.signIn()]);
    await app.mailsSent();
    const all = [tokens, ...others].map(({ accessToken }) => accessToken);
    const before = statements.sent.length;
    const asked = await statements.during(async () => {
      const statuses = await inParallel(60, async (at) => principal(all[at % all.length]));
      expect(new Set(statuses)).toEqual(new Set([200]));
      // Until the poll has been seen: what counts is counting.
      while (!statements.sent.slice(before).includes('changes-since')) expect(await principal()).toBe(200);
    });
    expect(asked).toEqual([]);
  });

  it('is 0 for a refusal of a token that is forged, expired, or of a revoked session', async () => {
    await app.api.post('/v1/auth/logout', { json: { refreshToken: tokens.refreshToken } });
    const [header = '', payload = ''] = tokens.accessToken.split('.');
    const refused = [tokens.accessToken, `${header}.${payload}.${'A'.repeat(86)}`, 'x', ''];
    const asked = await statements.during(async () => {
      for (const token of refused) expect(await principal(token)).toBe(401);
    });
    expect(asked).toEqual([]);
  });

  it('is 1 for a refresh, without a transaction and without a notification', async () => {
    const asked = await statements.during(async () => {
      for (let count = 0; count < 10; count++) tokens = (await refresh(tokens.refreshToken)).body;
    });
    expect(asked).toEqual(Array.from({ length: 10 }, () => 'session-rotate'));
  });

  it('is 1 for a replayed refresh, too; refused ones are recorded up to a limit', async () => {
    await refresh(tokens.refreshToken);
    const replayed = await statements.during(async () =>
      expect((await refresh(tokens.refreshToken)).status).toBe(200),
    );
    expect(replayed).toEqual(['session-rotate']);
    await app.api.post('/v1/auth/logout', { token: tokens.accessToken });
    const refused = await statements.during(async () =>
      expect((await refresh(tokens.refreshToken)).status).toBe(401),
    );
    expect(refused).toEqual(['session-rotate', 'audit-write']);
    const forged = `${tokens.refreshToken.slice(0, -4)}AAAA`;
    for (let count = 0; count < 5; count++) await refresh(forged);
    expect(await statements.during(async () => refresh(forged))).toEqual([]);
  });

  it('is small for writes: a refresh writes the row of its session only', async () => {
    await Promise.all([app.signIn(), app.signIn()]);
    await app.mailsSent();
    const id = sessionIdOf(tokens.accessToken);
    app.clock.advance({ minutes: 1 });
    const changed = await changedBy(async () =>
      expect((await refresh(tokens.refreshToken)).status).toBe(200),
    );
    expect(changed.filter((row) => row.startsWith('public.sessions ') && row.includes(id))).toHaveLength(2);
    expect(changed).toHaveLength(2);
  });

  it('is 0 for writes of a replayed refresh', async () => {
    await refresh(tokens.refreshToken);
    expect(await changedBy(async () => refresh(tokens.refreshToken))).toEqual([]);
  });

  it('is counted correctly: signing out writes a change and notifies of it', async () => {
    const changed = await changedBy(async () => {
      const asked = await statements.during(async () =>
        app.api.send('DELETE', '/v1/sessions?includeCurrent=true', { token: tokens.accessToken }),
      );
      expect(asked.map((statement) => statement.split(' ')[0])).toEqual([
        'START',
        'session-raise-epoch',
        'session-revoke-all',
        'audit-write',
        'COMMIT',
        'NOTIFY',
      ]);
    });
    expect(changed.filter((row) => row.startsWith('public.changes '))).toHaveLength(1);
    expect(changed.filter((row) => row.startsWith('public.sessions '))).toHaveLength(2);
  });
});
