import type { TestApp } from '../../../support/app';
import { readJws } from '../../../support/jws';
import { PasskeyActs, type PasskeyUser } from '../../../support/passkeys';
import { expectProblem } from '../../../support/problem';
import { sharedApp } from '../../../support/shared-app';

describe('passkeys', () => {
  let app: TestApp;
  let acts: PasskeyActs;
  let user: PasskeyUser;

  beforeAll(async () => {
    app = await sharedApp({ smtp: true });
    acts = new PasskeyActs(app);
    user = await acts.enrolled();
  });

  const claimsOf = ({ accessToken }: { accessToken: string }) => readJws(accessToken).claims;

  it.each([
    ['ES256', -7],
    ['EdDSA', -8],
    ['RS256', -257],
  ])('with a key of %s are added and sign in', async (_, algorithm) => {
    const { passkey } = await acts.enrolled({ algorithm });
    expect((await acts.logIn(passkey)).status).toBe(200);
  });

  it('sign in alone, at the highest level, without a second step', async () => {
    const { status, body } = await acts.logIn(user.passkey);
    expect(status).toBe(200);
    expect(claimsOf(body)).toMatchObject({ sub: user.id, amr: ['pop', 'user', 'mfa'], acr: 'phr' });
    expect(body).toHaveProperty('deviceToken');
  });

  it('are the second step of a sign-in by password', async () => {
    const first = await acts.steps.logIn(user);
    expectProblem(first, 401, 'mfa-required', {
      mfaToken: first.body.mfaToken,
      expiresIn: 600,
      factors: ['passkey', 'recovery-code'],
      enrolment: [],
    });
    const { status, body } = await acts.complete(first.body.mfaToken, user.passkey);
    expect(status).toBe(200);
    expect(claimsOf(body)).toMatchObject({ amr: ['pwd', 'pop', 'user', 'mfa'], acr: 'phr' });
  });

  it('renew a session, alone and beside the password', async () => {
    const { accessToken: token } = (await acts.logIn(user.passkey)).body;
    app.clock.advance({ minutes: 10 });
    const alone = await acts.reauthenticate(token, user.passkey);
    expect(alone.status).toBe(200);
    const [before, after] = [claimsOf({ accessToken: token }), claimsOf(alone.body)];
    expect(after).toMatchObject({ sid: before['sid'], amr: ['pop', 'user', 'mfa'] });
    expect(Number(after['auth_time']) - Number(before['auth_time'])).toBe(600);
    const json = { password: user.password };
    const { mfaToken } = (
      await app.api.post<{ mfaToken: string }>('/v1/auth/reauthenticate', { token, json })
    ).body;
    const options = await acts.options(mfaToken, { token });
    const credential = user.passkey.get(options.body);
    const both = await app.api.post<{ accessToken: string }>('/v1/auth/mfa/passkey', {
      token,
      json: { mfaToken, credential },
    });
    expect(claimsOf(both.body)).toMatchObject({ sid: before['sid'], amr: ['pwd', 'pop', 'user', 'mfa'] });
  });

  it('are listed with what a page needs to tidy password managers, renamed and removed', async () => {
    const own = await acts.enrolled({ isSynced: true });
    const { accessToken: token } = (await acts.logIn(own.passkey)).body;
    const list = async () =>
      (await app.api.get<{ items: object[] }>('/v1/auth/factors', { token })).body.items;
    const members = { id: own.factorId, kind: 'passkey', credentialId: own.passkey.id, backedUp: true };
    const userHandle = own.passkey.userHandle;
    expect(await list()).toEqual([expect.objectContaining({ ...members, userHandle, name: null })]);
    const path = `/v1/auth/factors/${own.factorId}`;
    const renamed = await app.api.send('PATCH', path, { token, json: { name: 'My laptop' } });
    expect(renamed.body).toMatchObject({ ...members, name: 'My laptop' });
    expect((await app.api.delete(path, { token })).status).toBe(204);
    expect(await list()).toEqual([]);
    expectProblem(await acts.logIn(own.passkey), 401, 'unknown-passkey');
  });

  it('are described by the policy and by the well-known addresses', async () => {
    const get = async (path: string) => (await app.api.get(path)).body;
    expect(await get('/v1/auth/policy')).toMatchObject({
      passkeys: { rpId: 'auth.example.test', signIn: true },
    });
    expect(await get('/.well-known/webauthn')).toEqual({ origins: ['https://auth.example.test'] });
    const page = 'https://auth.example.test/account';
    expect(await get('/.well-known/passkey-endpoints')).toEqual({ enroll: page, manage: page });
  });

  it('are exported and erased with the account', async () => {
    const own = await acts.enrolled();
    const { accessToken: token } = (await acts.logIn(own.passkey)).body;
    const exported = await app.api.get<{ data: { passkeys: object[] } }>('/v1/users/me/export', { token });
    expect(exported.body.data.passkeys).toEqual([
      expect.objectContaining({ credentialId: own.passkey.id, userHandle: own.passkey.userHandle }),
    ]);
    const { password } = own;
    expect((await app.api.post('/v1/users/me/delete', { token, json: { password } })).status).toBe(204);
    for (const table of ['factors', 'passkeys', 'webauthn_handles'])
      expect(await app.query(`SELECT 1 FROM ${table} WHERE user_id = $1`, [own.id])).toEqual([]);
  });
});
