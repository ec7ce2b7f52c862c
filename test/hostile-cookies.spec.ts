import type { ProblemBody } from './support/api';
import { startApp, type TestApp } from './support/app';
import { ACCESS, clearedBy, isOpen, REFRESH, signedIn, withCookies } from './support/cookies';
import { expectProblem } from './support/problem';
import { exchange } from './support/wire';

describe('a cookie header', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startApp();
  });

  afterAll(async () => app.close());

  const read = async (cookie: string) => app.api.get<ProblemBody>('/v1/users/me', { headers: { cookie } });

  describe('that holds no cookie of ours', () => {
    it.each([
      ['nothing', ''],
      ['a semicolon', ';'],
      ['a sign between nothings', '='],
      ['semicolons and signs', ';;;=;=;;'],
      ['our name alone', ACCESS],
      ['our name among others', `a; ${ACCESS}; b`],
      ['our name as a value', `a=${ACCESS}`],
      ['ten thousand letters', 'a'.repeat(10_000)],
      ['ten thousand semicolons', ';'.repeat(10_000)],
      ['five thousand pairs of nothings', '=;'.repeat(5_000)],
      ['five thousand blanks, and again', `a${' '.repeat(5_000)}b;${'\t '.repeat(2_500)}c`],
      ['a thousand pairs', Array.from({ length: 1_000 }, (_, index) => `c${index}=v`).join('; ')],
    ])('is no credentials: %s', async (_, cookie) => {
      expectProblem(await read(cookie), 401, 'authentication-required');
    });
  });

  describe('whose cookie is worth nothing', () => {
    it.each([
      ['nothing', ''],
      ['quotes', '""'],
      ['an escaped NUL', '%00'],
      ['only dots', '..'],
      ['an object', '{"alg":"none"}'],
      ['a further =', 'a=b=c'],
      ['a key of objects', '__proto__'],
      ['ten thousand letters', 'a'.repeat(10_000)],
      ['a thousand dots', '.'.repeat(1_000)],
      ['letters beyond ASCII', '\u00fc\u00ff'],
    ])('is an invalid token with %s in it, and a refused refresh', async (_, value) => {
      expectProblem(await read(`${ACCESS}=${value}`), 401, 'invalid-token');
      const { headers } = withCookies({ [REFRESH]: value });
      const refused = await app.api.post('/v1/auth/refresh', { headers });
      expectProblem(refused, 401, 'invalid-refresh-token');
      expect(clearedBy(refused).toSorted()).toEqual([ACCESS, REFRESH]);
      expect((await app.api.post('/v1/auth/logout', { headers })).status).toBe(204);
    });

    it('is one whose good value is quoted, escaped or cut', async () => {
      const { access } = await signedIn(app);
      for (const value of [`"${access}"`, access.replaceAll('.', '%2E'), access.slice(0, -1), `${access},`])
        expectProblem(await read(`${ACCESS}=${value}`), 401, 'invalid-token');
    });
  });

  it('is searched among a thousand others, wherever it stands', async () => {
    const { access } = await signedIn(app);
    const others = Array.from({ length: 1_000 }, (_, index) => `c${index}=v`);
    for (const at of [0, 500, 1_000]) {
      const cookie = others.toSpliced(at, 0, `${ACCESS}=${access}`).join('; ');
      expect((await read(cookie)).status).toBe(200);
    }
  });

  it.each([';', '; ', ';  ', ';\t', ';;; '])('may have %j between its pairs', async (between) => {
    const { access } = await signedIn(app);
    expect((await read(['a=b', `${ACCESS}=${access}`, 'c=d'].join(between))).status).toBe(200);
  });

  it('may come in several lines, as HTTP/2 has it', async () => {
    const { access } = await signedIn(app);
    const lines = ['a=b', `${ACCESS}=${access}`, 'c=d'].map((pair) => `cookie: ${pair}\r\n`).join('');
    const request = `GET /v1/users/me HTTP/1.1\r\nhost: a\r\nconnection: close\r\n${lines}\r\n`;
    const { answers } = await exchange(app.api.url, request);
    expect(answers.map(({ status }) => status)).toEqual([200]);
  });

  it('that is longer than a head may be is refused, and ends nothing', async () => {
    const jar = await signedIn(app);
    const { status, headers } = await read(`a=${'a'.repeat(20_000)}; ${ACCESS}=${jar.access}`);
    expect([status, headers.getSetCookie()]).toEqual([431, []]);
    expect(await isOpen(app, jar)).toBe(true);
  });

  it('with a NUL in it is no HTTP', async () => {
    const { access } = await signedIn(app);
    const cookie = `cookie: ${ACCESS}=\0; ${ACCESS}=${access}`;
    const request = `GET /v1/users/me HTTP/1.1\r\nhost: a\r\n${cookie}\r\n\r\n`;
    const { answers } = await exchange(app.api.url, request);
    expect(answers.map(({ status, body }) => [status, body.code])).toEqual([[400, 'malformed-request']]);
  });

  describe('a cookie that only looks alike', () => {
    // A browser holds each of these for another name, which a sibling subdomain may set.
    const names = [
      `x${ACCESS}`,
      `${ACCESS}2`,
      `${ACCESS}.`,
      '__host-access',
      '__HOST-ACCESS',
      '__Host-Access',
      '__Secure-access',
      'Host-access',
      'access',
      `${ACCESS} `,
      `${ACCESS}\t`,
      `"${ACCESS}"`,
      `%5f%5fHost-access`,
      `\u00a0${ACCESS}`,
      `${ACCESS}\u00a0`,
      `=${ACCESS}`,
      `$Version=1, ${ACCESS}`,
      `a="b", ${ACCESS}`,
    ];

    it.each(names)('is nothing alone: %j', async (name) => {
      const { access } = await signedIn(app);
      expectProblem(await read(`a=b; ${name}=${access}; c=d`), 401, 'authentication-required');
    });

    it.each(names)('is nothing beside ours: %j', async (name) => {
      const { access } = await signedIn(app);
      for (const cookie of [`${name}=planted; ${ACCESS}=${access}`, `${ACCESS}=${access}; ${name}=planted`])
        expect((await read(cookie)).status).toBe(200);
    });
  });
});
