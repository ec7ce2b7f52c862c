import type { TestApp } from '../../../support/app';
import { BE, BS, type Ceremony, UP, UV } from '../../../support/authenticator';
import { inParallel } from '../../../support/parallel';
import { ORIGIN, PasskeyActs, type PasskeyUser, RP_ID } from '../../../support/passkeys';
import { expectProblem, violations } from '../../../support/problem';
import { sharedApp } from '../../../support/shared-app';

describe('an attack on signatures of passkeys', () => {
  let app: TestApp;
  let acts: PasskeyActs;
  let user: PasskeyUser;
  let other: PasskeyUser;

  beforeAll(async () => {
    app = await sharedApp({ smtp: true });
    acts = new PasskeyActs(app);
    [user, other] = [await acts.enrolled(), await acts.enrolled()];
  });

  const fresh = async () => (await acts.options()).body;
  const expectRefused = async (ceremony: Ceremony) =>
    expectProblem(await acts.logIn(user.passkey, ceremony), 401, 'invalid-credentials');

  it('replayed, one after the other and in parallel: one session is opened', async () => {
    const credential = user.passkey.get(await fresh());
    const answers = await inParallel(8, async () => acts.present(credential));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
      200,
      ...Array<number>(7).fill(401),
    ]);
    expectProblem(await acts.present(credential), 401, 'invalid-credentials');
  });

  it('for a challenge that is made up, altered or expired is refused', async () => {
    const { challenge } = await fresh();
    const altered = (challenge.startsWith('A') ? 'B' : 'A') + challenge.slice(1);
    // The last character of the text has bits that no byte has.
    for (const each of ['', 'AAAA', altered, `${challenge}A`, `${challenge}=`, 'x'.repeat(challenge.length)])
      await expectRefused({ challenge: each });
    const credential = user.passkey.get({ challenge });
    app.clock.advance({ milliseconds: 300_000 });
    expectProblem(await acts.present(credential), 401, 'invalid-credentials');
    const last = user.passkey.get(await fresh());
    app.clock.advance({ milliseconds: 299_999 });
    expect((await acts.present(last)).status).toBe(200);
  });

  it('without the verification or the presence of the user, or of zeros, is refused', async () => {
    await expectRefused({ flags: UP });
    await expectRefused({ flags: UV });
    await expectRefused({ signature: Buffer.alloc(64) });
    await expectRefused({ signature: Buffer.from('3006020100020100', 'hex') });
  });

  it.each([
    ['another port', `${ORIGIN}:8443`],
    ['http', 'http://auth.example.test'],
    ['a subdomain', `https://evil.${RP_ID}`],
    ['the parent domain', 'https://example.test'],
    ['a suffix', `${ORIGIN}.evil.test`],
    ['a path', `${ORIGIN}/`],
    ['capitals', 'https://AUTH.example.test'],
    ['null', 'null'],
  ])('made at %s is refused', async (_, origin) => {
    await expectRefused({ origin });
  });

  it('made in a frame of another site is refused, whatever the browser says of it', async () => {
    await expectRefused({ client: { crossOrigin: true } });
    await expectRefused({ client: { crossOrigin: true, topOrigin: ORIGIN } });
    await expectRefused({ client: { topOrigin: 'https://evil.test' } });
  });

  it('for another domain is refused, at a registration, too', async () => {
    await expectRefused({ rpId: 'evil.test' });
    await expectRefused({ rpId: 'example.test' });
    const { accessToken: token } = (await acts.logIn(user.passkey)).body;
    const answer = await acts.register(token, acts.passkey(), { rpId: 'evil.test' });
    expectProblem(answer, 401, 'invalid-factor');
  });

  it('with the handle of another user, or without one, signs nobody in', async () => {
    await expectRefused({ userHandle: other.passkey.userHandle ?? '' });
    await expectRefused({ userHandle: null });
    await expectRefused({ userHandle: Buffer.from(user.id).toString('base64url') });
  });

  it('of a registration, or with two ids, is refused', async () => {
    await expectRefused({ type: 'webauthn.create' });
    await expectRefused({ type: 'payment.get' });
    const credential = user.passkey.get(await fresh());
    for (const ids of [{ rawId: other.passkey.id }, { id: other.passkey.id }])
      expectProblem(await acts.present({ ...credential, ...ids }), 401, 'invalid-credentials');
    // The signature of one passkey under the ids and the handle of another one.
    const stolen = user.passkey.get(await fresh(), { userHandle: other.passkey.userHandle ?? '' });
    const ids = { id: other.passkey.id, rawId: other.passkey.id };
    expectProblem(await acts.present({ ...stolen, ...ids }), 401, 'invalid-credentials');
  });

  it('of a passkey that has become one of many devices, or of one, is refused', async () => {
    await expectRefused({ flags: UP | UV | BE });
    await expectRefused({ flags: UP | UV | BS });
    const synced = await acts.enrolled({ isSynced: true });
    expectProblem(await acts.logIn(synced.passkey, { flags: UP | UV }), 401, 'invalid-credentials');
    expect((await acts.logIn(synced.passkey, { flags: UP | UV | BE })).status).toBe(200);
  });

  it('with a counter that does not rise is refused and mailed, but for passkeys of password managers', async () => {
    const [key, synced] = [await acts.enrolled(), await acts.enrolled({ isSynced: true })];
    for (const signCount of [5, 9]) {
      expect((await acts.logIn(key.passkey, { signCount })).status).toBe(200);
      expect((await acts.logIn(synced.passkey, { signCount })).status).toBe(200);
    }
    for (const signCount of [9, 8, 0])
      expectProblem(await acts.logIn(key.passkey, { signCount }), 401, 'invalid-credentials');
    expect((await acts.logIn(synced.passkey, { signCount: 3 })).status).toBe(200);
    await app.mailFor(key.email, 'A passkey of your account at Gatehouse was refused');
    const events = await app.query('SELECT 1 FROM audit_events WHERE type = $1 AND subject_id = $2', [
      'passkey-counter-fell',
      key.id,
    ]);
    expect(events).toHaveLength(3);
    // The refused ones changed nothing, and a bad signature raises nothing.
    await acts.logIn(key.passkey, { signCount: 4_000_000_000, signature: Buffer.alloc(64) });
    expect((await acts.logIn(key.passkey, { signCount: 10 })).status).toBe(200);
  });

  it('that repeats a request with a counter raises no false alarm of a copied key', async () => {
    const { passkey, id } = await acts.enrolled();
    const credential = passkey.get(await fresh(), { signCount: 6 });
    const answers = await inParallel(4, async () => acts.present(credential));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expectProblem(await acts.present(credential), 401, 'invalid-credentials');
    const fell = async () =>
      app.query('SELECT 1 FROM audit_events WHERE type = $1 AND subject_id = $2', [
        'passkey-counter-fell',
        id,
      ]);
    expect(await fell()).toEqual([]);
    const copied = passkey.get(await fresh(), { signCount: 6 });
    for (let time = 0; time < 2; time++)
      expectProblem(await acts.present(copied), 401, 'invalid-credentials');
    expect(await fell()).toHaveLength(1);
  });

  it('does not learn from the options whether there is an account: they are the same but for the challenge', async () => {
    const [one, two] = [await acts.options(), await acts.options()];
    expect({ ...one.body, challenge: '' }).toEqual({ ...two.body, challenge: '' });
    expect(one.body).toMatchObject({ allowCredentials: [], userVerification: 'required', rpId: RP_ID });
    expect(one.body.challenge).not.toBe(two.body.challenge);
    const named = await app.api.post('/v1/auth/passkeys/options', { json: { email: user.email } });
    expectProblem(named, 422, 'validation-failed');
    const json = { credential: user.passkey.get(one.body), email: user.email };
    expectProblem(await app.api.post('/v1/auth/passkeys/login', { json }), 422, 'validation-failed');
  });

  it.each([
    ['null', 'null'],
    ['a number', '1'],
    ['a list', '[]'],
    ['no JSON', '{'],
    ['an object without members', '{}'],
    ['members of other types', '{"type":1,"challenge":{},"origin":[]}'],
  ])('whose client data is %s is 422', async (_, clientDataJSON) => {
    const answer = await acts.present(user.passkey.get(await fresh(), { clientDataJSON }));
    expectProblem(answer, 422, 'validation-failed');
    expect(Object.keys(violations(answer))).toEqual(['/credential/response/clientDataJSON']);
  });

  it('of another form is 422, and never an error of the server', async () => {
    const credential = user.passkey.get(await fresh());
    const { response } = credential;
    for (const broken of [
      null,
      [],
      [credential],
      'x',
      {},
      { ...credential, id: 1 },
      { ...credential, id: 'ä' },
      { ...credential, type: 'password' },
      { ...credential, response: null },
      { ...credential, response: [response] },
      { ...credential, response: { ...response, signature: '' } },
      { ...credential, response: { ...response, authenticatorData: { length: 37 } } },
      { ...credential, response: { ...response, userHandle: 7 } },
    ])
      expectProblem(await acts.present(broken as object), 422, 'validation-failed');
    for (const authenticatorData of ['AA', Buffer.alloc(36).toString('base64url')])
      expectProblem(
        await acts.present({ ...credential, response: { ...response, authenticatorData } }),
        401,
        'invalid-credentials',
      );
    // Flags that promise an attested key and extensions, and no bytes for either.
    await expectRefused({ flags: UP | UV | 0x40 });
    await expectRefused({ flags: UP | UV | 0x80 });
  });

  it('names a passkey that nobody has only where everything else is correct', async () => {
    const stray = acts.passkey();
    stray.userHandle = user.passkey.userHandle;
    expectProblem(await acts.logIn(stray), 401, 'unknown-passkey');
    for (const wrong of [
      { origin: 'https://evil.test' },
      { flags: UP },
      { challenge: 'AAAA' },
      { rpId: 'evil.test' },
    ])
      expectProblem(await acts.logIn(stray, wrong), 401, 'invalid-credentials');
  });

  it('from another site sets no cookies, and options for it are refused as well', async () => {
    const credential = user.passkey.get(await fresh());
    const post = async (headers: Record<string, string>) =>
      acts.present(credential, { headers }, '?useCookies=true');
    for (const [name, value] of [
      ['sec-fetch-site', 'cross-site'],
      ['origin', 'https://evil.test'],
      ['origin', 'null'],
    ] as const)
      expectProblem(await post({ [name]: value }), 403, 'cross-site-request');
    const answer = await post({ 'sec-fetch-site': 'same-origin' });
    expect([answer.status, answer.body.tokenType]).toEqual([200, 'Cookie']);
    const cookies = answer.headers.getSetCookie().map((cookie) => cookie.split('=')[0]);
    expect(new Set(cookies)).toEqual(new Set(['__Host-access', '__Host-device', '__Host-refresh']));
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const cookie = answer.headers
      .getSetCookie()
      .map((each) => each.split(';')[0])
      .join('; ');
    for (const path of ['/v1/auth/reauthenticate/passkey', '/v1/auth/reauthenticate/passkey/options']) {
      const headers = { cookie, 'sec-fetch-site': 'cross-site' };
      expectProblem(await app.api.post(path, { json: {}, headers }), 403, 'cross-site-request');
    }
  });
});
