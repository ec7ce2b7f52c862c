import { startApp, type TestApp } from './support/app';
import { inParallel } from './support/parallel';
import type { ProblemBody, TokenBody } from './support/api';

describe('a refresh token', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startApp();
  });

  afterAll(async () => app.close());

  const refresh = (refreshToken: string) =>
    app.api.post<TokenBody & ProblemBody>('/v1/auth/refresh', { json: { refreshToken } });

  it('gives way to the next generation of its session', async () => {
    const first = await app.signIn();
    const { status, body } = await refresh(first.refreshToken);
    expect(status).toBe(200);
    expect(body.refreshToken).not.toBe(first.refreshToken);
    expect((await refresh(body.refreshToken)).status).toBe(200);
  });

  it('has one successor however many ask at once', async () => {
    const { refreshToken } = await app.signIn();
    const answers = await inParallel(100, () => refresh(refreshToken));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 100 }, () => 200));
    expect(new Set(answers.map(({ body }) => body.refreshToken)).size).toBe(1);
  });
});
