import { Environment } from '../../../src/platform/config';
import { RegistrationSettings } from '../../../src/auth';
import { PASSWORD, type TestApp } from '../../support/app';
import { expectProblem } from '../../support/problem';
import { newAddress } from '../../support/registrations';
import { sharedApp } from '../../support/shared-app';

describe('a closed registration', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await sharedApp({ env: { REGISTRATION: 'off' } });
  });

  const register = async (json: unknown) => app.api.post('/v1/auth/register', { json });

  it('is 403 for a new address and for a taken one, with the same work: none', async () => {
    const { email } = await app.someone();
    const before = await app.query('SELECT count(*)::int FROM users');
    for (const address of [newAddress(), email])
      expectProblem(await register({ email: address, password: PASSWORD }), 403, 'registration-closed');
    expect(await app.query('SELECT count(*)::int FROM users')).toEqual(before);
  });

  it.each([
    {},
    { email: 'no address', password: '' },
    { email: newAddress(), password: PASSWORD, roles: ['admin'] },
  ])('does not say what would be wrong with %j', async (json) => {
    expectProblem(await register(json), 403, 'registration-closed');
  });

  it('is stated by the policy', async () => {
    expect((await app.api.get('/v1/auth/policy')).body).toMatchObject({ registration: 'off' });
  });

  it('ends neither the sign-in nor the session of a user', async () => {
    const ada = await app.as('ada');
    expect((await ada.get('/v1/users/me')).status).toBe(200);
    const json = { refreshToken: ada.refreshToken };
    expect((await app.api.post('/v1/auth/refresh', { json })).status).toBe(200);
  });
});

describe('REGISTRATION', () => {
  it.each([
    [undefined, 'open'],
    ['invited', 'invited'],
    ['off', 'off'],
  ])('%s is %s', (REGISTRATION, mode) => {
    expect(new Environment({ REGISTRATION }).get(RegistrationSettings).mode).toBe(mode);
  });

  it.each(['closed', 'false', 'OFF'])(
    '"%s" stops the start instead of leaving registration open',
    (REGISTRATION) => {
      const environment = new Environment({ REGISTRATION });
      expect(() => environment.validated([RegistrationSettings])).toThrow(
        /REGISTRATION .*open, invited, off/s,
      );
    },
  );
});
