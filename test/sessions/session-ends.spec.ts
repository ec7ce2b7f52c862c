import { MAX, NIL, v7 as uuidv7 } from 'uuid';
import type { Answer, ProblemBody, TokenBody } from '../support/api';
import type { Person, TestApp } from '../support/app';
import { inParallel } from '../support/parallel';
import { expectProblem } from '../support/problem';
import { expectOpen, expectOver, openSession, sessionIdOf, sessionsOf } from '../support/sessions';
import { sharedApp } from '../support/shared-app';

let app: TestApp;
let person: Person;
let here: TokenBody;
let there: TokenBody;

beforeAll(async () => {
  app = await sharedApp();
});

async function openTwo(): Promise<void> {
  person = await app.someone();
  [here, there] = [await openSession(app, person), await openSession(app, person)];
}

const end = async (id: string, { accessToken: token }: TokenBody = here) =>
  app.api.send<ProblemBody>('DELETE', `/v1/sessions/${id}`, { token });
const idOf = ({ accessToken }: TokenBody) => sessionIdOf(accessToken);
const expectDone = ({ status, text, headers }: Answer<object>) =>
  expect([status, text, headers.get('cache-control')]).toEqual([204, '', 'no-store']);

describe('revoking a session by its id', () => {
  beforeEach(openTwo);

  it('revokes it at once, and no other', async () => {
    const third = await openSession(app, person);
    const { status } = await app.api.get('/v1/auth/principal', { token: there.accessToken });
    expect(status).toBe(200);
    expectDone(await end(idOf(there)));
    await expectOver(app, there);
    await expectOpen(app, here, third);
  });

  it('may revoke the current one: 204, and then 401', async () => {
    expectDone(await end(idOf(here)));
    const again = await end(idOf(here));
    expectProblem(again, 401, 'invalid-token');
    await expectOver(app, here);
    await expectOpen(app, there);
  });

  it('takes the id in upper case, which is the same id (RFC 9562)', async () => {
    expectDone(await end(idOf(there).toUpperCase()));
    await expectOver(app, there);
  });

  it('takes the id percent-encoded', async () => {
    const encoded = idOf(there).replace(/./g, (character) => `%${character.charCodeAt(0).toString(16)}`);
    expectDone(await end(encoded));
    await expectOver(app, there);
  });

  it('happens once where five requests meet: one 204, and 404 for the others', async () => {
    const answers = await inParallel(5, async () => end(idOf(there)));
    const statuses = answers.map(({ status }) => status).toSorted((a, b) => a - b);
    expect(statuses).toEqual([204, 404, 404, 404, 404]);
  });

  it('needs a token of a live session', async () => {
    expectProblem(
      await app.api.send('DELETE', `/v1/sessions/${idOf(there)}`),
      401,
      'authentication-required',
    );
    await app.api.post('/v1/auth/logout', { token: here.accessToken });
    expectProblem(await end(idOf(there)), 401, 'invalid-token');
    await expectOpen(app, there);
  });

  it('revokes an idle session, and with it an access token that has not expired', async () => {
    const { accessToken: token } = here;
    await app.query(`UPDATE sessions SET last_used_at = last_used_at - interval '15 days' WHERE id = $1`, [
      idOf(here),
    ]);
    expect((await sessionsOf(app, token)).items.map(({ id }) => id)).toEqual([idOf(there)]);
    expectDone(await end(idOf(here)));
    expectProblem(await app.api.get('/v1/auth/principal', { token }), 401, 'invalid-token');
  });
});

describe('an id of no live session of the user', () => {
  let stranger: TokenBody;

  beforeAll(async () => {
    await openTwo();
    stranger = await openSession(app, await app.someone());
  });

  /** What a client sees of a refusal, but for the request's own id. */
  const refusal = ({ status, headers, body }: Answer<ProblemBody>) => ({
    ...body,
    status,
    instance: '',
    headers: [...headers.keys()],
    length: headers.get('content-length'),
  });

  it('is 404, in the same way for a session of another user, an unknown one, an ended one and what is no id', async () => {
    const ended = await openSession(app, person);
    await end(idOf(ended));
    const unknown = await end(uuidv7());
    expectProblem(unknown, 404, 'not-found');
    const ids = [idOf(stranger), idOf(ended), NIL, MAX, 'me', 'current', '0', 'x'.repeat(8_000)];
    for (const id of ids) expect({ id, ...refusal(await end(id)) }).toEqual({ id, ...refusal(unknown) });
    expectProblem(await end(idOf(here), stranger), 404, 'not-found');
  });

  it.each([
    ['a NUL', '%00'],
    ['a NUL after the id', '{id}%00'],
    ['white space after the id', '{id}%20'],
    ['a line break after the id', '{id}%0A'],
    ['a slash after the id', '{id}%2F'],
    ['a query after the id', '{id}%3Fx=1'],
    ['the way up', '..%2Fauth'],
    ['SQL', `{id}'%20OR%20'1'='1`],
    ['a wildcard', '%25'],
    ['letters beyond ASCII', '%F0%9F%A6%8A'],
    ['braces', '%7B{id}%7D'],
    ['urn:uuid:', 'urn:uuid:{id}'],
    ['no hyphens', '{plain}'],
    ['a character less', '{short}'],
    ['two ids', '{id},{id}'],
    ['a column', '{id}::uuid'],
    ['an object', '[object%20Object]'],
    ['an encoding in the encoding', '%2535{id}'],
  ])('is 404 with %s', async (_, pattern) => {
    const id = idOf(there);
    const target = pattern
      .replaceAll('{id}', id)
      .replace('{plain}', id.replaceAll('-', ''))
      .replace('{short}', id.slice(0, -1));
    expectProblem(await end(target), 404, 'not-found');
  });

  it('is 400 where it is no percent-encoding at all', async () => {
    for (const target of ['%', '%zz', '%ff', '%c0%af'])
      expectProblem(await end(target), 400, 'malformed-request');
  });

  afterAll(async () => {
    // None of these ended anything.
    await expectOpen(app, here, there, stranger);
  });
});
