import { randomBytes, randomUUID } from 'node:crypto';
import { NIL, v7 as uuidv7 } from 'uuid';
import type { Answer, ProblemBody } from './support/api';
import { startApp, type TestApp } from './support/app';
import { expectProblem, violations } from './support/problem';
import { askSessions, cursorOf, type SessionItem, sessionIdOf, sessionsOf } from './support/sessions';

// Signing in 45 times takes its time on a busy machine.
jest.setTimeout(20_000);

describe('the list of sessions in pages', () => {
  let app: TestApp;
  let person: { email: string; password: string };
  let token: string;
  /** The newest first, as the list has them. */
  let ids: string[];

  beforeAll(async () => {
    app = await startApp();
  });

  beforeEach(async () => {
    person = await app.someone();
    token = (await app.signIn(person)).accessToken;
    ids = [sessionIdOf(token)];
  });

  afterAll(async () => app.close());

  const signInMore = async (count: number): Promise<void> => {
    // One after the other: so many at once are more than the hashing queue takes.
    for (let index = 0; index < count; index++)
      ids.unshift(sessionIdOf((await app.signIn(person)).accessToken));
  };
  const end = async (id: string | undefined) => {
    const { status } = await app.api.send('DELETE', `/v1/sessions/${id}`, { token });
    expect(status).toBe(204);
  };
  const idsOf = (items: readonly SessionItem[]) => items.map(({ id }) => id);
  const ask = async (query: string) =>
    (await askSessions(app, token, query)) as unknown as Answer<ProblemBody>;

  /** All pages, and what is done between them. */
  const walk = async (limit: number, between: (page: number) => Promise<void> = async () => undefined) => {
    const pages: string[][] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const query: string = `?limit=${limit}${cursor && `&cursor=${cursor}`}`;
      const { items, nextCursor } = await sessionsOf(app, token, query);
      pages.push(idsOf(items));
      cursor = nextCursor;
      await between(pages.length);
    }
    return pages;
  };

  it('has 20 on a page unless it is asked for more or fewer, and 100 at the most', async () => {
    await signInMore(44);
    expect((await walk(20)).map((page) => page.length)).toEqual([20, 20, 5]);
    expect((await sessionsOf(app, token)).items).toHaveLength(20);
    expect(idsOf((await sessionsOf(app, token, '?limit=100')).items)).toEqual(ids);
    expect((await walk(1)).flat()).toEqual(ids);
  });

  it('says that a full page is the last where nothing comes after it', async () => {
    await signInMore(2);
    expect(await walk(3)).toEqual([ids]);
    expect(await sessionsOf(app, token, `?cursor=${cursorOf(ids.at(-1) ?? '')}`)).toEqual({
      items: [],
      nextCursor: null,
    });
  });

  it('shows each of 45 once, while others are opened and ended', async () => {
    await signInMore(44);
    const before = [...ids];
    const pages = await walk(10, async (page) => {
      await signInMore(2);
      // One that was shown already, and one that is still to come.
      if (page < 4) for (const id of [before[page * 10 - 1], before[page * 10 + 5]]) await end(id);
    });
    const toCome = new Set([15, 25, 35].map((at) => before[at]));
    expect(pages.flat()).toEqual(before.filter((id) => !toCome.has(id)));
  });

  it('goes on after a session that was ended, or deleted from the table, since', async () => {
    await signInMore(4);
    const { nextCursor } = await sessionsOf(app, token, '?limit=2');
    await end(ids[1]);
    const rest = async () => idsOf((await sessionsOf(app, token, `?cursor=${nextCursor}`)).items);
    expect(await rest()).toEqual(ids.slice(2));
    await app.query('DELETE FROM sessions WHERE id = $1', [ids[1]]);
    expect(await rest()).toEqual(ids.slice(2));
  });

  it('shows own sessions only, whoever the cursor is of and whatever it says', async () => {
    await signInMore(2);
    const other = await app.someone();
    const strangers = [await app.signIn(other), await app.signIn(other)];
    await signInMore(2);
    const cursors = [
      (await sessionsOf(app, strangers[1]?.accessToken ?? '', '?limit=1')).nextCursor ?? '',
      cursorOf(sessionIdOf(strangers[0]?.accessToken ?? '')),
    ];
    for (const cursor of cursors) {
      const { items } = await sessionsOf(app, token, `?cursor=${cursor}`);
      expect(idsOf(items)).toEqual(ids.slice(2));
    }
    for (const [forged, expected] of [
      [uuidv7(), ids],
      [NIL, []],
      ['ffffffff-ffff-ffff-ffff-ffffffffffff', ids],
      ['00000000-0000-7000-8000-000000000000', []],
    ] as const) {
      const { items } = await sessionsOf(app, token, `?cursor=${cursorOf(forged)}`);
      expect(idsOf(items)).toEqual(expected);
    }
  });

  it.each([
    ['', 'empty'],
    ['AAAA', 'too short'],
    ['A'.repeat(21), 'a character short'],
    ['A'.repeat(23), 'a character too long'],
    ['A'.repeat(9_000), 'very long'],
    ['%2B'.repeat(22), 'of another alphabet'],
    [`${'A'.repeat(21)}%00`, 'with a NUL'],
    [`${'A'.repeat(22)}%0A`, 'with a line break'],
    [`${'A'.repeat(20)}==`, 'padded'],
    [randomUUID(), 'a bare identifier'],
    [cursorOf('019abcde-0000-f000-8000-000000000000'), 'of no identifier that there is'],
    [Buffer.alloc(16, 0xab).toString('base64url'), 'made up'],
    [`${'A'.repeat(22)}&cursor=${'A'.repeat(22)}`, 'given twice'],
    ["'%20OR%201=1--", 'SQL'],
    [randomBytes(33).toString('base64url'), 'random'],
  ])('refuses the cursor %j, which is %s', async (cursor) => {
    const answer = await ask(`?cursor=${cursor}`);
    expectProblem(answer, 422, 'validation-failed');
    expect(Object.keys(violations(answer))).toEqual(['/cursor']);
  });

  it.each([
    ['0', 'min'],
    ['-1', 'min'],
    ['101', 'max'],
    ['99999999999999999999', 'max'],
    ['1.5', 'int'],
    ['1.0', 'int'],
    ['', 'int'],
    ['%20', 'int'],
    ['1%20', 'int'],
    ['+5', 'int'],
    ['1e1', 'int'],
    ['0x10', 'int'],
    ['0b1', 'int'],
    ['010', 'int'],
    ['ten', 'int'],
    ['NaN', 'int'],
    ['Infinity', 'int'],
    ['null', 'int'],
    ['true', 'int'],
    ['%00', 'int'],
    ['%D9%A1', 'int'],
    ['1&limit=2', 'int'],
    ['1&limit=1', 'int'],
  ])('refuses a limit of %j: %s', async (limit, code) => {
    const answer = await ask(`?limit=${limit}`);
    expectProblem(answer, 422, 'validation-failed');
    expect(violations(answer)).toEqual({ '/limit': code });
  });

  it.each([
    ['offset=1', '/offset'],
    ['userId=1', '/userId'],
    ['Limit=1', '/Limit'],
    ['limit[]=1', '/limit[]'],
    ['limit.x=1', '/limit.x'],
    ['=', '/'],
    ['constructor=1', '/constructor'],
    ['toString=1', '/toString'],
    ['__proto__=1', '/__proto__'],
    ['__proto__[limit]=1', '/__proto__[limit]'],
  ])('refuses %j, which it does not know', async (query, pointer) => {
    const answer = await ask(`?${query}`);
    expectProblem(answer, 422, 'validation-failed');
    expect(violations(answer)).toEqual({ [pointer]: 'unknown-property' });
  });

  it('takes every limit from 1 to 100; one that is not given is no fault', async () => {
    for (const limit of [1, 2, 99, 100]) expect((await ask(`?limit=${limit}`)).status).toBe(200);
    for (const query of ['?', '?&', '']) expect((await ask(query)).status).toBe(200);
  });

  it('says 401 before it looks at the query', async () => {
    expectProblem(await app.api.get('/v1/sessions?limit=0&x=1'), 401, 'authentication-required');
  });
});
