import { DiscoveryService } from '@nestjs/core';
import { startApp, type TestApp } from '../../support/app';

describe('the discovery of extensions and listeners', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startApp({});
  });

  afterAll(async () => app.close());

  it('runs at the start and never for a request', async () => {
    const walks = [
      jest.spyOn(DiscoveryService.prototype, 'getProviders'),
      jest.spyOn(DiscoveryService.prototype, 'getControllers'),
    ];
    const { email, password } = await app.someone();
    const signedIn = await app.api.post<{ accessToken: string; refreshToken: string }>('/v1/auth/login', {
      json: { email, password },
    });
    const { accessToken, refreshToken } = signedIn.body;
    const refreshed = await app.api.post('/v1/auth/refresh', { json: { refreshToken } });
    const read = await app.api.get('/v1/users/me', { token: accessToken });
    expect([signedIn.status, refreshed.status, read.status]).toEqual([200, 200, 200]);
    expect(walks.map((walk) => walk.mock.calls.length)).toEqual([0, 0]);
  });
});
