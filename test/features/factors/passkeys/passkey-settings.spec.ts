import { PasskeysDoctorCheck } from '../../../../src/features/factors/passkeys/passkeys.doctor';
import { PasskeySettings } from '../../../../src/features/factors/passkeys/passkeys.settings';
import { Environment, type Variables } from '../../../../src/platform/config';
import { startApp, type TestApp } from '../../../support/app';
import { PasskeyActs } from '../../../support/passkeys';
import { expectProblem } from '../../../support/problem';

const PUBLIC_URL = 'https://auth.example.com';

function read(variables: Variables) {
  const environment = new Environment({ PUBLIC_URL, ...variables });
  const { rpId, origins, signIn } = environment.get(PasskeySettings);
  return { rpId, origins, signIn, faults: environment.findFaults([]).map(({ name }) => name), environment };
}

describe('the settings of passkeys', () => {
  it('follow the public address', () => {
    expect(read({})).toMatchObject({
      rpId: 'auth.example.com',
      origins: [PUBLIC_URL],
      signIn: true,
      faults: [],
    });
    const underPath = read({ PUBLIC_URL: `${PUBLIC_URL}:8443/sso` });
    expect(underPath).toMatchObject({ rpId: 'auth.example.com', origins: [`${PUBLIC_URL}:8443`] });
  });

  it.each([
    [{ WEBAUTHN_RP_ID: 'example.com' }],
    [{ WEBAUTHN_RP_ID: 'app.example.org', WEBAUTHN_ORIGINS: 'https://app.example.org' }],
    [{ WEBAUTHN_ORIGINS: 'https://app.example.com,http://localhost:5173' }],
    [{ WEBAUTHN_ORIGINS: `${PUBLIC_URL},android:apk-key-hash:${'A'.repeat(43)}` }],
    [{ PUBLIC_URL: 'http://localhost:3000', WEBAUTHN_RP_ID: 'localhost' }],
  ])('take %j', (variables) => {
    expect(read(variables).faults).toEqual([]);
  });

  it.each([
    'https://example.com',
    'example.com:443',
    'EXAMPLE.com',
    'ample.com',
    'auth.example.com.evil.test',
    'other.test',
    '127.0.0.1',
    '.example.com',
    '*.example.com',
  ])('stop the start for the RP ID %s', (rpId) => {
    expect(read({ WEBAUTHN_RP_ID: rpId }).faults).toEqual(['WEBAUTHN_RP_ID']);
  });

  it.each([
    'https://app.example.com/',
    'https://app.example.com/path',
    'http://app.example.com',
    'http://localhost.evil.test',
    'https://*.example.com',
    'app.example.com',
    'null',
    '*',
    'android:apk-key-hash:short',
  ])('stop the start for the origin %s', (origin) => {
    expect(read({ WEBAUTHN_ORIGINS: origin }).faults).toEqual(['WEBAUTHN_ORIGINS']);
  });

  it('warn where the public address is an IP address', () => {
    const { environment, faults } = read({ PUBLIC_URL: 'http://127.0.0.1:3000' });
    expect(faults).toEqual([]);
    expect(environment.findings.map(({ message }) => message)).toContain(
      'passkeys do not work at 127.0.0.1, an IP address',
    );
  });

  describe('with passkeys as the second step only', () => {
    let app: TestApp;
    beforeAll(async () => (app = await startApp({ env: { PASSKEY_SIGN_IN: 'false' } })));
    afterAll(async () => app.close());

    it('let none sign in or renew a session alone', async () => {
      const acts = new PasskeyActs(app);
      const user = await acts.enrolled();
      expect((await app.api.get('/v1/auth/policy')).body).toMatchObject({ passkeys: { signIn: false } });
      expectProblem(await acts.options(), 404, 'not-found');
      const signed = user.passkey.get({ challenge: 'AAAA' });
      expectProblem(await acts.present(signed), 404, 'not-found');
      const { mfaToken } = (await acts.steps.logIn(user)).body;
      const { status, body } = await acts.complete(mfaToken, user.passkey);
      expect(status).toBe(200);
      expectProblem(await acts.reauthenticationOptions(body.accessToken), 404, 'not-found');
      const json = { credential: signed };
      const path = '/v1/auth/reauthenticate/passkey';
      expectProblem(await app.api.post(path, { token: body.accessToken, json }), 404, 'not-found');
    });

    it('a changed RP ID is a finding of doctor', async () => {
      const check = app.nest.get(PasskeysDoctorCheck);
      expect(await check.check()).toEqual([expect.objectContaining({ level: 'ok' })]);
      await app.query(`UPDATE passkeys SET rp_id = 'former.test'`);
      expect((await check.check()).at(-1)).toMatchObject({
        level: 'warning',
        message: expect.stringContaining('belong to former.test'),
      });
    });
  });
});
