import { startApp, type TestApp } from '../../../support/app';
import { confirmChange, askForChange, undoChange } from '../../../support/email-change';
import { nextLink } from '../../../support/mailbox';
import { reset } from '../../../support/password-reset';
import { tokenIn } from '../../../support/smtp-sink';
import { TotpActs } from '../../../support/totp';
import { inParallel } from '../../../support/parallel';

const FIRST = 'Your account at Gatehouse now has a second factor';
const NEW = 'quite another 7 lantern juggles otters';

describe('an attack on factors: undo links and races', () => {
  let app: TestApp;
  let acts: TotpActs;
  beforeAll(async () => {
    app = await startApp({ smtp: true });
    acts = new TotpActs(app);
  });
  afterAll(async () => app.close());
  const emailOf = async (id: string) =>
    (await app.query<{ email: string }>('SELECT email FROM users WHERE id = $1', [id]))[0]?.email;
  const idOf = async (email: string) =>
    (await app.query<{ id: string }>('SELECT id FROM users WHERE email = $1', [email]))[0]?.id ?? '';
  const undoFactors = async (token: string) => app.api.post('/v1/auth/factors/undo', { json: { token } });
  const undoLink = async (email: string) => tokenIn(await app.mailFor(email, FIRST));
  const later = () => app.clock.advance({ minutes: 1 });
  const change = async (tokens: { accessToken: string }, password: string, from: string, to: string) => {
    expect((await askForChange(app, tokens, to, password)).status).toBe(202);
    expect((await confirmChange(app, await nextLink(app, to, 'newAddress'))).status).toBe(204);
    return nextLink(app, from, 'undo');
  };

  it('the undo link of the factors that went to a thief ends when the owner undoes the change of address', async () => {
    const owner = await acts.someone();
    const id = await idOf(owner.email);
    const lair = `lair-${id}@example.com`;
    const thief = await app.signIn(owner);
    const eu = await change(thief, owner.password, owner.email, lair);
    later();
    await acts.enrol(thief.accessToken);
    const fu = await undoLink(lair);
    later();
    expect((await undoChange(app, eu)).status).toBe(204);
    expect(await emailOf(id)).toBe(owner.email);
    const answer = await undoFactors(fu);
    const email = await emailOf(id);
    let thiefIn = 0;
    if (answer.status === 204) {
      await nextLink(app, lair, 'restored')
        .then(async (link) => reset(app, link, NEW))
        .catch(() => undefined);
      thiefIn = (await app.api.post('/v1/auth/login', { json: { email: lair, password: NEW } })).status;
    }
    expect({ status: answer.status, email: email === owner.email, thiefIn }).toEqual({
      status: 422,
      email: true,
      thiefIn: 0,
    });
  });

  it('the undo link of an address that went to a thief ends when the owner undoes the factors', async () => {
    const owner = await acts.someone();
    const id = await idOf(owner.email);
    const [lair, den] = [`lair-${id}@example.com`, `den-${id}@example.com`];
    const thief = await app.signIn(owner);
    const { secret } = await acts.enrol(thief.accessToken);
    const fu = await undoLink(owner.email);
    app.clock.advance({ seconds: 60 });
    const signed = await acts.complete(await acts.pending(owner), acts.code(secret));
    await change(signed.body, owner.password, owner.email, lair);
    later();
    const eu = await change(signed.body, owner.password, lair, den);
    later();
    expect((await undoFactors(fu)).status).toBe(204);
    expect(await emailOf(id)).toBe(owner.email);
    const answer = await undoChange(app, eu);
    expect({ status: answer.status, email: (await emailOf(id)) === owner.email }).toEqual({
      status: 422,
      email: true,
    });
  });

  it('of parallel confirmations that replace each other, one is made with the password alone', async () => {
    for (let round = 0; round < 2; round++) {
      const person = await acts.someone();
      const { accessToken } = await app.signIn(person);
      const begun = await Promise.all([0, 1, 2, 3].map(async () => (await acts.begin(accessToken)).body));
      const answers = await inParallel(4, async (index) =>
        acts.confirm(accessToken, {
          enrolment: begun[index]?.enrolment,
          code: acts.code(begun[index]?.secret ?? ''),
          replace: true,
        }),
      );
      expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    }
  });

  it('recovery codes are not replaced with the password alone while the first factor is added', async () => {
    let stolen = 0;
    for (let round = 0; round < 3; round++) {
      const person = await acts.someone();
      const { accessToken: token } = await app.signIn(person);
      const begun = (await acts.begin(token)).body;
      const [, ...others] = await Promise.all([
        acts.confirm(token, { enrolment: begun.enrolment, code: acts.code(begun.secret) }),
        ...Array.from({ length: 6 }, async () =>
          app.api.post('/v1/auth/factors/recovery-codes', { token, json: {} }),
        ),
      ]);
      stolen += others.filter(({ status }) => status === 200).length;
    }
    expect(stolen).toBe(0);
  });

  it('a recovery code is not used up where no session opens', async () => {
    const user = await acts.enrolled();
    const mfaToken = await acts.pending(user);
    await app.query('UPDATE users SET sessions_epoch = sessions_epoch + 1 WHERE id = $1', [user.id]);
    const code = user.recoveryCodes[0] ?? '';
    expect((await acts.recover(mfaToken, code)).status).toBe(401);
    expect((await acts.recover(await acts.pending(user), code)).status).toBe(200);
  });

  it('a recovery code is not used up where a reauthentication renews nothing', async () => {
    const user = await acts.enrolled();
    const { accessToken: token } = await acts.signIn(user);
    const begun = await app.api.post<{ mfaToken: string }>('/v1/auth/reauthenticate', {
      token,
      json: { password: user.password },
    });
    await app.query('UPDATE users SET sessions_epoch = sessions_epoch + 1 WHERE id = $1', [user.id]);
    const code = user.recoveryCodes[0] ?? '';
    const answer = await app.api.post('/v1/auth/mfa/recovery-code', {
      token,
      json: { mfaToken: begun.body.mfaToken, code },
    });
    expect(answer.status).toBe(401);
    expect((await acts.recover(await acts.pending(user), code)).status).toBe(200);
  });

  it('auth_time of a session never goes back', async () => {
    const user = await acts.enrolled();
    const { accessToken: token } = await acts.signIn(user);
    const begin = async () =>
      (
        await app.api.post<{ mfaToken: string }>('/v1/auth/reauthenticate', {
          token,
          json: { password: user.password },
        })
      ).body.mfaToken;
    const first = await begin();
    app.clock.advance({ minutes: 5 });
    const second = await begin();
    expect((await acts.complete(second, acts.code(user.secret), token)).status).toBe(200);
    app.clock.advance({ minutes: 1 });
    const at = async () =>
      (
        await app.query<{ at: Date }>('SELECT max(authenticated_at) AS at FROM sessions WHERE user_id = $1', [
          user.id,
        ])
      )[0]?.at.getTime() ?? 0;
    const before = await at();
    await acts.complete(first, acts.code(user.secret), token);
    expect(await at()).toBeGreaterThanOrEqual(before);
  });

  it('recovery codes that a thief has replaced end with an undone change of address', async () => {
    const user = await acts.enrolled();
    app.clock.advance({ days: 8 });
    const thief = await acts.signIn(user);
    const lair = `lair-${user.id}@example.com`;
    const eu = await change(thief, user.password, user.email, lair);
    const codes = (
      await app.api.post<{ codes: string[] }>('/v1/auth/factors/recovery-codes', {
        token: thief.accessToken,
        json: {},
      })
    ).body.codes;
    later();
    expect((await undoChange(app, eu)).status).toBe(204);
    const link = await nextLink(app, user.email, 'restored');
    await reset(app, link, NEW);
    const pending = await acts.pending({ email: user.email, password: NEW });
    expect(typeof pending).toBe('string');
    expect((await acts.recover(pending, codes[0] ?? '')).status).toBe(401);
  });
});
