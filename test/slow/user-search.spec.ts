import { Database, type Statement } from '../../src/platform/database';
import { Administrators } from '../../src/roles';
import { UserSearch, type UserSearchQuery } from '../../src/users/user-search';
import { startApp, type TestApp } from '../support/app';

const USERS = 200_000;
/** A statement has a bound. */
const BATCH = 10_000;
/** What is read of the newest rows, and of those that an index finds; far from all. */
const MOST_ROWS = 20_000;

interface Plan {
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly Plan[];
}

/** The most rows that one step of a plan read. */
function rowsRead(plan: Plan): number {
  const own = (plan['Actual Rows'] + (plan['Rows Removed by Filter'] ?? 0)) * plan['Actual Loops'];
  return Math.max(own, ...(plan.Plans ?? []).map(rowsRead));
}

describe(`a search among ${USERS} users`, () => {
  let app: TestApp;
  let database: Database;
  let asked: [Statement, readonly unknown[]][];

  beforeAll(async () => {
    app = await startApp();
    database = app.nest.get(Database);
    for (let first = 1; first < USERS; first += BATCH)
      await app.query(
        `INSERT INTO users (id, email, email_verified, status, roles, access_version, created_at, updated_at)
       SELECT (lpad(to_hex(1700000000000 + i * 1000::bigint), 12, '0') || '7000' || '8' || substr(md5(i::text), 1, 15))::uuid,
         substr(md5(i::text), 1, 6) || i || '@example.com', true,
         CASE WHEN i <= 500 THEN 'disabled' ELSE 'active' END,
         CASE WHEN i <= 6000 THEN '{veteran}' WHEN i % 3 = 0 THEN '{member}' WHEN i = ${USERS} THEN '{admin}' ELSE '{}' END::text[],
         1, now(), now()
       FROM generate_series($1::int, $2::int) AS i`,
        [first, first + BATCH - 1],
      );
    await app.query('ANALYZE users');
  });

  beforeEach(() => {
    asked = [];
    const query = database.query.bind(database);
    jest.spyOn(database, 'query').mockImplementation(async (statement, values = []) => {
      asked.push([statement, values]);
      return query(statement, values);
    });
  });

  afterEach(() => jest.restoreAllMocks());
  afterAll(async () => app.close());

  /** Of all statements since the test began. */
  const mostRowsRead = async () => {
    const counts: number[] = [];
    for (const [{ text }, values] of asked.splice(0)) {
      const [row] = await app.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(
        `EXPLAIN (ANALYZE, FORMAT JSON) ${text}`,
        [...values],
      );
      if (row) counts.push(rowsRead(row['QUERY PLAN'][0].Plan));
    }
    return Math.max(...counts);
  };

  it.each<[string, Omit<UserSearchQuery, 'limit'>, number]>([
    ['by a role that old users have', { role: 'veteran' }, 21],
    ['by a role that many have', { role: 'member' }, 21],
    ['by a role that no user has', { role: 'nope' }, 0],
    ['by a role, behind a cursor', { role: 'veteran', after: '018c0000-0000-7000-8000-000000000000' }, 21],
    ['for the disabled ones', { status: 'disabled' }, 21],
    ['for the disabled ones with a role', { status: 'disabled', role: 'veteran' }, 21],
    ['by the beginning of an address', { emailPrefix: 'c4ca42' }, 1],
    ['by one letter', { emailPrefix: 'c' }, 21],
    ['by a beginning that no address has', { emailPrefix: 'zz' }, 0],
  ])('%s reads few of them', async (_, query, found) => {
    expect(await app.nest.get(UserSearch).find({ ...query, limit: 21 })).toHaveLength(found);
    expect(await mostRowsRead()).toBeLessThan(MOST_ROWS);
  });

  it('for another admin reads few of them', async () => {
    await app.nest.get(Administrators).assertNotLast('018c0000-0000-7000-8000-000000000000');
    expect(await mostRowsRead()).toBeLessThan(MOST_ROWS);
  });
});
