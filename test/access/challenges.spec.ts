import type { ProblemBody } from '../support/api';
import type { TestApp } from '../support/app';
import { sendHead } from '../support/bytes';
import { OTHER_SETTINGS } from '../support/other-settings';
import { expectProblem } from '../support/problem';
import { sharedApp } from '../support/shared-app';

const REALM = 'Bearer realm="Gatehouse"';
const ME = '/v1/users/me';

describe('a 401', () => {
  let app: TestApp;
  let token: string;

  beforeAll(async () => {
    app = await sharedApp();
    token = (await app.signIn()).accessToken;
  });

  const withHeader = (authorization: string) => app.api.get<ProblemBody>(ME, { headers: { authorization } });

  it('names the realm and no error where no credentials were sent', async () => {
    const answer = await app.api.get(ME);
    expectProblem(answer, 401, 'authentication-required');
    expect(answer.headers.get('www-authenticate')).toBe(REALM);
  });

  it.each([
    'Basic YWRhOnNlY3JldA==',
    'Digest username="ada"',
    'DPoP a.b.c',
    'Bearerx',
    'token',
    'x Bearer a.b.c',
  ])('takes "%s" for no credentials', async (authorization) => {
    const answer = await withHeader(authorization);
    expectProblem(answer, 401, 'authentication-required');
    expect(answer.headers.get('www-authenticate')).toBe(REALM);
  });

  it.each([
    'Bearer',
    'Bearer ',
    'Bearer x',
    'bearer a.b.c',
    'Bearer a b',
    'Bearer null',
    `Bearer ${'a'.repeat(9_000)}`,
  ])('says invalid_token to "%.20s"', async (authorization) => {
    const answer = await withHeader(authorization);
    expectProblem(answer, 401, 'invalid-token');
    expect(answer.headers.get('www-authenticate')).toBe(`${REALM}, error="invalid_token"`);
  });

  it('names no error for a wrong password', async () => {
    const { email } = await app.someone();
    const password = 'not the password of any user';
    const answers = [
      await app.api.post('/v1/auth/login', { json: { email, password } }),
      await app.api.post('/v1/auth/login', { json: { email: 'unknown@example.com', password } }),
      await app.api.post('/v1/auth/reauthenticate', { json: { password }, token }),
    ];
    for (const answer of answers) {
      expectProblem(answer, 401, 'invalid-credentials');
      expect(answer.headers.get('www-authenticate')).toBe(REALM);
    }
  });

  it('names no error for a refresh token that does not work', async () => {
    for (const json of [{}, { refreshToken: 'rt_nonsense' }, { refreshToken: token }]) {
      const answer = await app.api.post('/v1/auth/refresh', { json });
      expectProblem(answer, 401, 'invalid-refresh-token');
      expect(answer.headers.get('www-authenticate')).toBe(REALM);
    }
  });

  it('answers HEAD, too', async () => {
    const answer = await app.api.send('HEAD', ME);
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe(REALM);
  });
});

describe('an access token', () => {
  let app: TestApp;
  let token: string;

  beforeAll(async () => {
    app = await sharedApp();
    token = (await app.signIn()).accessToken;
  });

  it.each(['Bearer', 'bearer', 'BEARER', 'bEaReR'])('is read behind "%s"', async (scheme) => {
    const { status } = await app.api.get(ME, { headers: { authorization: `${scheme} ${token}` } });
    expect(status).toBe(200);
  });

  it('is not read from the query string, another cookie, another header or the body', async () => {
    const elsewhere = [
      await app.api.get(`${ME}?access_token=${token}`),
      await app.api.get(`${ME}?authorization=Bearer%20${token}`),
      await app.api.get(ME, { headers: { cookie: `access_token=${token}; authorization=${token}` } }),
      await app.api.get(ME, {
        headers: { 'proxy-authorization': `Bearer ${token}`, 'x-access-token': token },
      }),
      await app.api.patch(ME, { json: { access_token: token } }),
    ];
    for (const answer of elsewhere) expectProblem(answer, 401, 'authentication-required');
  });

  it('is not read from a form', async () => {
    const answer = await app.api.patch(ME, {
      raw: `access_token=${token}`,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expectProblem(answer, 415, 'unsupported-media-type');
  });

  it('counts where its header comes first, and no later one is looked at', async () => {
    const [good, bad] = [`authorization: Bearer ${token}`, 'authorization: Bearer x'];
    expect((await sendHead(app.api.url, `GET ${ME}`, good, bad)).status).toBe(200);
    expectProblem(await sendHead(app.api.url, `GET ${ME}`, bad, good), 401, 'invalid-token');
    const basic = 'authorization: Basic YWRhOnNlY3JldA==';
    expectProblem(await sendHead(app.api.url, `GET ${ME}`, basic, good), 401, 'authentication-required');
  });
});

describe('the realm', () => {
  it('is the name of the application, in ASCII and quoted', async () => {
    const { api } = await sharedApp({ env: OTHER_SETTINGS });
    const { headers } = await api.get(ME);
    expect(headers.get('www-authenticate')).toBe(String.raw`Bearer realm="Ada's \"Gate\\house\" ? Gr??e"`);
  });
});
