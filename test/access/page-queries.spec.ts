import { randomBytes, randomUUID } from 'node:crypto';
import type { Answer, ProblemBody } from '../support/api';
import type { TestApp } from '../support/app';
import { expectProblem, violations } from '../support/problem';
import { askSessions, cursorOf, openSession } from '../support/sessions';
import { sharedApp } from '../support/shared-app';

describe('the query of the list of sessions', () => {
  let app: TestApp;
  let token: string;

  beforeAll(async () => {
    app = await sharedApp();
    token = (await openSession(app, await app.someone())).accessToken;
  });

  const ask = async (query: string) =>
    (await askSessions(app, token, query)) as unknown as Answer<ProblemBody>;
  const expectViolation = async (query: string, pointer: string, code: string) => {
    const answer = await ask(query);
    expectProblem(answer, 422, 'validation-failed');
    expect(violations(answer)).toEqual({ [pointer]: code });
  };

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
    [cursorOf('019abcde-0000-f000-8000-000000000000'), 'of an identifier of no known version'],
    [Buffer.alloc(16, 0xab).toString('base64url'), 'made up'],
    [`${'A'.repeat(22)}&cursor=${'A'.repeat(22)}`, 'given twice'],
    ["'%20OR%201=1--", 'SQL'],
    [randomBytes(33).toString('base64url'), 'random'],
  ])('with the cursor %j, which is %s, is refused', async (cursor) => {
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
  ])('with a limit of %j is refused: %s', async (limit, code) => {
    await expectViolation(`?limit=${limit}`, '/limit', code);
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
  ])('with %j, which it does not know, is refused', async (query, pointer) => {
    await expectViolation(`?${query}`, pointer, 'unknown-property');
  });

  it('may have a limit from 1 to 100, or none', async () => {
    for (const limit of [1, 2, 99, 100]) expect((await ask(`?limit=${limit}`)).status).toBe(200);
    for (const query of ['?', '?&', '']) expect((await ask(query)).status).toBe(200);
  });

  it('is validated after the token: 401 comes first', async () => {
    expectProblem(await app.api.get('/v1/sessions?limit=0&x=1'), 401, 'authentication-required');
  });
});
