import { randomUUID } from 'node:crypto';
import type { Answer, ProblemBody } from '../../support/api';
import { PASSWORD, startApp, type TestApp } from '../../support/app';
import { changeUser, getUser, type UserBody } from '../../support/administration';
import { expectProblem, violations } from '../../support/problem';
import { cursorOf } from '../../support/sessions';
import { aMember, aMemberWho, anAccount, aRole, type Member } from '../../support/staff';

interface UserPage {
  readonly items: readonly UserBody[];
  readonly nextCursor: string | null;
}

let app: TestApp;
let reader: Member;

beforeAll(async () => {
  app = await startApp();
});

afterAll(async () => app.close());

const list = async (query = ''): Promise<Answer<UserPage & ProblemBody>> =>
  app.api.get(`/v1/users${query}`, { token: reader.token });
const idsIn = ({ body }: Answer<UserPage>) => body.items.map(({ id }) => id);
const idsBy = async (query: string) => idsIn(await list(query));
const allIds = async () =>
  (await app.query<{ id: string }>('SELECT id FROM users ORDER BY id DESC')).map(({ id }) => id);

/** All pages, one after the other. */
async function allPages(limit: number, between?: () => Promise<unknown>, filter = ''): Promise<string[]> {
  const ids: string[] = [];
  let next: string | null = null;
  do {
    const cursor: string = next === null ? '' : `&cursor=${next}`;
    const page: Answer<UserPage> = await list(`?limit=${limit}${filter}${cursor}`);
    expect(page.body.items.length).toBeLessThanOrEqual(limit);
    ids.push(...idsIn(page));
    next = page.body.nextCursor;
    await between?.();
  } while (next !== null);
  return ids;
}

const pagesBy = async (limit: number, filter: string) => allPages(limit, undefined, `&${filter}`);

describe('a new database', () => {
  it('has no user: no common default login works', async () => {
    expect(await app.query('SELECT id FROM users')).toEqual([]);
    for (const name of ['admin', 'administrator', 'root', 'test', 'user', 'demo']) {
      const json = { email: `${name}@example.com`, password: name === 'root' ? PASSWORD : name };
      expect((await app.api.post('/v1/auth/login', { json })).status).toBe(401);
    }
  });
});

describe('the list of users', () => {
  beforeAll(async () => {
    reader = await aMemberWho(app, 'users:read');
  });

  it('contains what administrators need of each user, and no secret', async () => {
    const { id, email } = await anAccount(app);
    const { status, headers, body } = await list('?limit=1');
    expect([status, headers.get('cache-control')]).toEqual([200, 'no-store']);
    const instant = expect.stringMatching(/^\d{4}-.*Z$/);
    expect(body.items).toEqual([
      {
        id,
        email,
        emailVerified: true,
        displayName: null,
        status: 'active',
        roles: [],
        createdAt: instant,
        updatedAt: instant,
      },
    ]);
    expect((await getUser(app, reader, id)).body).toEqual(body.items[0]);
  });

  it.each([1, 2, 7, 100])('contains each user once, newest first, in pages of %i', async (limit) => {
    for (let count = 0; count < 5; count++) await app.someone();
    expect(await allPages(limit)).toEqual(await allIds());
  });

  it('contains the same users where others are added while it is read', async () => {
    const before = await allIds();
    expect(await allPages(2, async () => app.someone())).toEqual(before);
  });

  it('continues where the last user of a page was deleted', async () => {
    for (let count = 0; count < 3; count++) await app.someone();
    const [first = '', ...rest] = await allIds();
    const { body } = await list('?limit=1');
    await app.query('DELETE FROM users WHERE id = $1', [first]);
    expect(await idsBy(`?limit=100&cursor=${body.nextCursor}`)).toEqual(rest);
  });

  it('has twenty on a page by default', async () => {
    while ((await allIds()).length < 22) await app.someone();
    expect(await idsBy('')).toEqual((await allIds()).slice(0, 20));
  });

  it('is empty after a forged cursor behind its end', async () => {
    const { status, body } = await list(`?cursor=${cursorOf('00000000-0000-7000-8000-000000000000')}`);
    expect([status, body]).toEqual([200, { items: [], nextCursor: null }]);
  });
});

describe('of the filters of the list of users,', () => {
  const byEmail = async (text: string) => idsBy(`?email=${encodeURIComponent(text)}`);

  it('email finds users by the beginning of their address, in any spelling', async () => {
    const { id, email } = await anAccount(app);
    for (const written of [
      email,
      email.toUpperCase(),
      `  ${email} `,
      email.slice(0, -4),
      email.split('@')[0] ?? '',
    ])
      expect(await byEmail(written)).toEqual([id]);
    for (const other of [email.replace('@', '+x@'), email.slice(1), 'no-such-beginning', 'ä', '\ufeffx'])
      expect(await byEmail(other)).toEqual([]);
  });

  it('email treats no character as a pattern', async () => {
    const emails = ['a_b%c', 'axb%c', 'a_bxc'].map((local) => `${local}-${randomUUID()}@example.com`);
    const ids: string[] = [];
    for (const email of emails) {
      const { id } = await anAccount(app);
      await app.query('UPDATE users SET email = $1 WHERE id = $2', [email, id]);
      ids.push(id);
    }
    expect(await byEmail('a_b%c')).toEqual([ids[0]]);
    expect(await byEmail('a_b')).toEqual([ids[2], ids[0]]);
    for (const pattern of ['%', '_', 'a%', '\\', 'a\\_b', "'||'a"])
      expect(await byEmail(pattern)).toEqual([]);
  });

  it('email continues at the cursor, where the matches are old, and where the newest rows contain enough of them', async () => {
    const beginning = `old-${randomUUID()}`;
    const made: string[] = [];
    for (let count = 0; count < 5; count++) {
      const { id } = await anAccount(app);
      await app.query('UPDATE users SET email = $1 WHERE id = $2', [`${beginning}-${count}@example.com`, id]);
      made.unshift(id);
    }
    await app.query(
      `INSERT INTO users (id, email, email_verified, status, access_version, created_at, updated_at)
       SELECT overlay(gen_random_uuid()::text PLACING 'fe000000' FROM 1 FOR 8)::uuid, 'new-' || i || '@example.com', true,
         'active', 1, now(), now() FROM generate_series(1, 2100) AS i`,
    );
    const [old, young] = [await pagesBy(2, `email=${beginning}`), await pagesBy(100, 'email=new-')];
    expect(old).toEqual(made);
    expect(young).toHaveLength(2_100);
    expect(young).toEqual((await allIds()).filter((id) => id.startsWith('fe000000')));
    await app.query("DELETE FROM users WHERE email LIKE 'new-%'");
  });

  it('status finds the disabled users, or the others', async () => {
    const [admin, { id }] = [await aMember(app, 'admin'), await anAccount(app)];
    await changeUser(app, admin, id, { status: 'disabled' });
    expect(await idsBy('?status=disabled&limit=100')).toEqual([id]);
    const active = await idsBy('?status=active&limit=100');
    expect(active).toEqual((await allIds()).filter((each) => each !== id));
  });

  it('role finds its holders; filters are combined', async () => {
    const role = await aRole(app);
    const [one, other, odd] = [await anAccount(app, role), await anAccount(app, role), await anAccount(app)];
    expect(await idsBy(`?role=${role}`)).toEqual([other.id, one.id]);
    expect(await idsBy(`?role=${role}&email=${one.email}`)).toEqual([one.id]);
    expect(await idsBy(`?role=${role}&email=${odd.email}`)).toEqual([]);
    expect(await idsBy(`?role=${role}&status=disabled`)).toEqual([]);
    expect(await idsBy('?role=no-such-role')).toEqual([]);
    const page = await list(`?role=${role}&limit=1`);
    expect(await idsBy(`?role=${role}&limit=1&cursor=${page.body.nextCursor}`)).toEqual([one.id]);
  });

  it.each([
    ['limit=0', '/limit'],
    ['limit=101', '/limit'],
    ['limit=1.5', '/limit'],
    ['limit=ten', '/limit'],
    ['limit=', '/limit'],
    ['cursor=x', '/cursor'],
    ['cursor=', '/cursor'],
    ['status=gone', '/status'],
    ['status=', '/status'],
    ['status=active&status=disabled', '/status'],
    ['role=Admin', '/role'],
    ['role=', '/role'],
    [`role=${'a'.repeat(64)}`, '/role'],
    ['role[]=admin', '/role[]'],
    ['email=', '/email'],
    ['email=%20', '/email'],
    ['email=a%20b', '/email'],
    ['email=a%00', '/email'],
    [`email=${'a'.repeat(255)}`, '/email'],
    ['email=a@example.com&email=b@example.com', '/email'],
    ['password=x', '/password'],
    ['roles=admin', '/roles'],
  ])('an invalid one is refused: %s', async (query, pointer) => {
    const answer = await list(`?${query}`);
    expectProblem(answer, 422, 'validation-failed');
    expect(Object.keys(violations(answer))).toEqual([pointer]);
  });
});

describe('a user who does not exist', () => {
  const ids = ['01890000-0000-7000-8000-000000000000', 'q', '1', 'undefined', '%00', 'a%2F..%2Fb', 'ME'];
  const routes = [
    ['GET', ''],
    ['PATCH', ''],
    ['DELETE', ''],
    ['GET', '/sessions'],
    ['DELETE', '/sessions'],
  ] as const;

  it.each(routes)('is 404 to %s …%s by any id', async (method, path) => {
    const { token } = await aMember(app, 'admin');
    for (const id of ids) {
      const json = method === 'PATCH' ? { json: {} } : {};
      const answer = await app.api.send<ProblemBody>(method, `/v1/users/${id}${path}`, { token, ...json });
      expectProblem(answer, 404, 'not-found');
      expect(answer.body.detail).not.toContain(id);
    }
  });

  it('is 403 to a caller without the permission, as one who exists is', async () => {
    const [{ token }, { id }] = [await aMember(app), await anAccount(app)];
    for (const each of [id, ...ids])
      expectProblem(await app.api.get(`/v1/users/${each}`, { token }), 403, 'insufficient-permission');
  });
});
