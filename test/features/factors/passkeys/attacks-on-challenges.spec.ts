import type { TestApp } from '../../../support/app';
import { PasskeyActs, type PasskeyUser } from '../../../support/passkeys';
import { expectProblem } from '../../../support/problem';
import { sharedApp } from '../../../support/shared-app';

describe('an attack with a challenge or a passkey of another use', () => {
  let app: TestApp;
  let acts: PasskeyActs;
  let user: PasskeyUser;
  let other: PasskeyUser;

  beforeAll(async () => {
    app = await sharedApp({ smtp: true });
    acts = new PasskeyActs(app);
    [user, other] = [await acts.enrolled(), await acts.enrolled()];
  });

  const pending = async () => acts.steps.pending(user);
  const signedIn = async () => (await acts.logIn(user.passkey)).body.accessToken;
  const reauthenticate = async (token: string, credential: object) =>
    app.api.post('/v1/auth/reauthenticate/passkey', { token, json: { credential } });

  it('of a sign-in is refused as a second step, a reauthentication and a registration', async () => {
    const [mfaToken, token, options] = [await pending(), await signedIn(), (await acts.options()).body];
    const credential = user.passkey.get(options);
    expectProblem(await acts.step(mfaToken, credential), 401, 'invalid-factor');
    expectProblem(await reauthenticate(token, credential), 401, 'invalid-factor');
    const created = acts.passkey().create({ ...options, user: { id: 'AAAA' } });
    expectProblem(await acts.confirm(token, created), 401, 'invalid-factor');
  });

  it('of a second step is refused at another one, and at a sign-in alone', async () => {
    const [mfaToken, another] = [await pending(), await pending()];
    const credential = user.passkey.get((await acts.options(another)).body);
    expectProblem(await acts.step(mfaToken, credential), 401, 'invalid-factor');
    expectProblem(await acts.present(credential), 401, 'invalid-credentials');
    expect((await acts.step(another, credential)).status).toBe(200);
  });

  it('of a registration or a reauthentication is refused in another session, and at a sign-in', async () => {
    const [own, second] = [await signedIn(), await signedIn()];
    const { body: creation } = await acts.creationOptions(second);
    expectProblem(await acts.confirm(own, acts.passkey().create(creation)), 401, 'invalid-factor');
    const signed = user.passkey.get((await acts.reauthenticationOptions(second)).body);
    expectProblem(await reauthenticate(own, signed), 401, 'invalid-factor');
    expectProblem(await acts.present(signed), 401, 'invalid-credentials');
    expectProblem(await acts.present(user.passkey.get(creation)), 401, 'invalid-credentials');
  });

  it('with the passkey of another user completes no second step and renews no session', async () => {
    const [mfaToken, token] = [await pending(), await signedIn()];
    const options = (await acts.options(mfaToken)).body;
    for (const userHandle of [other.passkey.userHandle ?? '', user.passkey.userHandle ?? '', null])
      expectProblem(
        await acts.step(mfaToken, other.passkey.get(options, { userHandle })),
        401,
        'invalid-factor',
      );
    const renewal = (await acts.reauthenticationOptions(token)).body;
    for (const userHandle of [other.passkey.userHandle ?? '', null])
      expectProblem(
        await reauthenticate(token, other.passkey.get(renewal, { userHandle })),
        401,
        'invalid-factor',
      );
    // An authenticator that was told the credential may leave the handle out.
    expect((await acts.step(mfaToken, user.passkey.get(options, { userHandle: null }))).status).toBe(200);
  });

  it('without the mfaToken, or with one that is over, gets no options that name passkeys', async () => {
    const mfaToken = await pending();
    expect((await acts.options(mfaToken)).body).toMatchObject({
      allowCredentials: [{ id: user.passkey.id, type: 'public-key' }],
    });
    expect((await acts.complete(mfaToken, user.passkey)).status).toBe(200);
    expectProblem(await acts.options(mfaToken), 401, 'invalid-mfa-token');
    expectProblem(await acts.options('mf_unknown'), 401, 'invalid-mfa-token');
  });

  it('replayed at a reauthentication or a second step is accepted once', async () => {
    const token = await signedIn();
    const renewal = user.passkey.get((await acts.reauthenticationOptions(token)).body);
    const answers = await Promise.all([1, 2, 3].map(async () => reauthenticate(token, renewal)));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 401, 401]);
    const mfaToken = await pending();
    const proof = user.passkey.get((await acts.options(mfaToken)).body);
    const steps = await Promise.all([1, 2, 3].map(async () => acts.step(mfaToken, proof)));
    expect(steps.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 401, 401]);
  });

  it('that tries wrong signatures has five of them for one mfaToken', async () => {
    const mfaToken = await pending();
    for (let time = 0; time < 5; time++)
      expectProblem(await acts.complete(mfaToken, other.passkey), 401, 'invalid-factor');
    const proof = user.passkey.get((await acts.options()).body);
    expectProblem(await acts.step(mfaToken, proof), 401, 'invalid-mfa-token');
  });
});
