import { BY_HTTPS, type TokenBody } from '../support/api';
import { startApp, type TestApp } from '../support/app';
import { expectProblem } from '../support/problem';
import { overHttps, signInOverHttps, startProduction } from '../support/production';
import { currentOf } from '../support/sessions';
import { ELSEWHERE, SPOOFS } from '../support/spoofs';

describe('behind a trusted proxy in production', () => {
  let app: TestApp;
  let tokens: TokenBody;

  beforeAll(async () => {
    app = await startProduction();
    tokens = await signInOverHttps(app);
  });

  afterAll(async () => app.close());

  it.each(SPOOFS)('%s makes no https of http', async (name, value) => {
    const answer = await app.api.get('/v1/auth/policy', { headers: { [name]: value } });
    expectProblem(answer, 403, 'insecure-transport');
  });

  it.each(SPOOFS)('%s does not change the address of the client', async (name, value) => {
    const answer = await app.nest.inject({
      method: 'POST',
      url: '/v1/auth/refresh',
      headers: { ...BY_HTTPS, 'x-forwarded-for': '203.0.113.7', [name]: value },
      payload: { refreshToken: tokens.refreshToken },
      remoteAddress: '127.0.0.1',
    });
    tokens = answer.json<TokenBody>();
    const { body } = await overHttps(app).get<{ items: { current: boolean; ipAddress: string }[] }>(
      '/v1/sessions',
      { token: tokens.accessToken },
    );
    expect(body.items.find(({ current }) => current)?.ipAddress).toBe('203.0.113.7');
  });
});

describe('from any other peer', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startApp({ env: { TRUSTED_PROXIES: '10.0.0.0/8' } });
  });

  afterAll(async () => app.close());

  it.each([...SPOOFS, ['X-Forwarded-For', ELSEWHERE] as const, ['X-Forwarded-Proto', 'https'] as const])(
    '%s does not change the address of the client',
    async (name, value) => {
      const json = await app.someone();
      const { body } = await app.api.post<TokenBody>('/v1/auth/login', { json, headers: { [name]: value } });
      expect((await currentOf(app, body.accessToken)).ipAddress).toBe('127.0.0.1');
    },
  );
});
