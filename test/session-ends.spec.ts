import { MAX, NIL, v7 as uuidv7 } from 'uuid';
import type { Answer, ProblemBody, TokenBody } from './support/api';
import { startApp, type TestApp, withApp } from './support/app';
import { inParallel } from './support/parallel';
import { expectProblem } from './support/problem';
import { expectOpen, expectOver, sessionIdOf, sessionsOf } from './support/sessions';

describe('signing out elsewhere by the id of the session', () => {
  let app: TestApp;
  let person: { email: string; password: string };
  let here: TokenBody;
  let there: TokenBody;

  beforeAll(async () => {
    app = await startApp();
  });

  beforeEach(async () => {
    person = await app.someone();
    here = await app.signIn(person);
    there = await app.signIn(person);
  });

  afterAll(async () => app.close());

  const end = async (id: string, { accessToken: token }: TokenBody = here) =>
    app.api.send<ProblemBody>('DELETE', `/v1/sessions/${id}`, { token });
  const idOf = ({ accessToken }: TokenBody) => sessionIdOf(accessToken);
  const expectDone = ({ status, text, headers }: Answer<object>) =>
    expect([status, text, headers.get('cache-control')]).toEqual([204, '', 'no-store']);
  /** What a client sees of a refusal, but for the request's own id. */
  const refusal = ({ status, headers, body }: Answer<ProblemBody>) => ({
    ...body,
    status,
    instance: '',
    headers: [...headers.keys()],
    length: headers.get('content-length'),
  });

  it('ends it at once, and no other', async () => {
    const third = await app.signIn(person);
    const { status } = await app.api.get('/v1/auth/principal', { token: there.accessToken });
    expect(status).toBe(200);
    expectDone(await end(idOf(there)));
    await expectOver(app, there);
    await expectOpen(app, here, third);
  });

  it('may be the session one is in: done, and then 401', async () => {
    expectDone(await end(idOf(here)));
    const again = await end(idOf(here));
    expectProblem(again, 401, 'invalid-token');
    await expectOver(app, here);
    await expectOpen(app, there);
  });

  it('takes the id in upper case, too, for it is the same id (RFC 9562)', async () => {
    expectDone(await end(idOf(there).toUpperCase()));
    await expectOver(app, there);
  });

  it('takes it percent-encoded, too', async () => {
    const encoded = idOf(there).replace(/./g, (character) => `%${character.charCodeAt(0).toString(16)}`);
    expectDone(await end(encoded));
    await expectOver(app, there);
  });

  it('is 404 for the session of another user, which goes on', async () => {
    const stranger = await app.signIn();
    expectProblem(await end(idOf(here), stranger), 404, 'not-found');
    await expectOpen(app, here, there);
  });

  it('answers in the very same way for another user’s, an unknown and an ended one, and what is no id', async () => {
    const stranger = await app.signIn();
    const ended = await app.signIn(person);
    await end(idOf(ended));
    const unknown = await end(uuidv7());
    expectProblem(unknown, 404, 'not-found');
    const ids = [idOf(stranger), idOf(ended), NIL, MAX, 'me', 'current', '0', 'x'.repeat(8_000)];
    for (const id of ids) expect({ id, ...refusal(await end(id)) }).toEqual({ id, ...refusal(unknown) });
    await expectOpen(app, stranger, here);
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
  ])('is 404 for %s, and ends nothing', async (_, pattern) => {
    const id = idOf(there);
    const target = pattern
      .replaceAll('{id}', id)
      .replace('{plain}', id.replaceAll('-', ''))
      .replace('{short}', id.slice(0, -1));
    expectProblem(await end(target), 404, 'not-found');
    await expectOpen(app, here, there);
  });

  it('is 400 for what is no encoding at all', async () => {
    for (const target of ['%', '%zz', '%ff', '%c0%af'])
      expectProblem(await end(target), 400, 'malformed-request');
  });

  it('is done once where 20 ask at once: one 204, and 404 for the others', async () => {
    const answers = await inParallel(20, async () => end(idOf(there)));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
      204,
      ...Array.from({ length: 19 }, () => 404),
    ]);
  });

  it('asks for a token, and takes none from another session that is over', async () => {
    expectProblem(
      await app.api.send('DELETE', `/v1/sessions/${idOf(there)}`),
      401,
      'authentication-required',
    );
    await app.api.post('/v1/auth/logout', { token: here.accessToken });
    expectProblem(await end(idOf(there)), 401, 'invalid-token');
    await expectOpen(app, there);
  });
});

describe('a session that was not used for too long', () => {
  it('can still be ended, and with it an access token that is still alive', async () => {
    await withApp({ env: { SESSION_IDLE_DAYS: '0.001' } }, async (app) => {
      const { accessToken: token } = await app.signIn();
      app.clock.advance({ minutes: 5 });
      expect((await sessionsOf(app, token)).items).toEqual([]);
      const { status } = await app.api.send('DELETE', `/v1/sessions/${sessionIdOf(token)}`, { token });
      expect(status).toBe(204);
      expectProblem(await app.api.get('/v1/auth/principal', { token }), 401, 'invalid-token');
    });
  });
});
