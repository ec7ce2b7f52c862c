import type { TestApp } from '../../../support/app';
import { startApp } from '../../../support/app';
import { rowsOf } from '../../../support/database-dump';
import { readJws } from '../../../support/jws';
import { inParallel } from '../../../support/parallel';
import { expectProblem } from '../../../support/problem';
import { hexOf, TotpActs, type TotpUser } from '../../../support/totp';

describe('an authenticator app', () => {
  let app: TestApp;
  let acts: TotpActs;

  beforeAll(async () => {
    app = await startApp({ smtp: true });
    acts = new TotpActs(app);
  });

  afterAll(async () => app.close());

  describe('at a sign-in', () => {
    let user: TotpUser;
    beforeAll(async () => (user = await acts.enrolled()));

    it('is asked for after the password, and nothing is opened or said before', async () => {
      const answer = await acts.logIn(user);
      expect(answer.body).toMatchObject({
        expiresIn: 600,
        factors: ['totp', 'recovery-code'],
        enrolment: [],
      });
      expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="Gatehouse"');
      expect(answer.headers.get('set-cookie')).toBeNull();
      expect(JSON.stringify(answer.body)).not.toContain(user.email);
    });

    it('completes it: amr and acr say how', async () => {
      const { accessToken } = await acts.signIn(user);
      expect(readJws(accessToken).claims).toMatchObject({ amr: ['pwd', 'otp', 'mfa'], acr: 'aal2' });
      const { body } = await app.api.get('/v1/auth/factors', { token: accessToken });
      expect(body).toMatchObject({
        items: [{ id: user.factorId, kind: 'totp', name: null, lastUsedAt: expect.any(String) }],
        recoveryCodesLeft: 10,
      });
    });

    it('does not accept the same code again, with another mfaToken', async () => {
      const code = acts.code(user.secret);
      expect((await acts.complete(await acts.pending(user), code)).status).toBe(200);
      expectProblem(await acts.complete(await acts.pending(user), code), 401, 'invalid-factor');
    });

    it('does not accept a code of the step before the last one', async () => {
      app.clock.advance({ seconds: 60 });
      expect((await acts.complete(await acts.pending(user), acts.code(user.secret))).status).toBe(200);
      const earlier = await acts.complete(await acts.pending(user), acts.code(user.secret, -1));
      expectProblem(earlier, 401, 'invalid-factor');
    });

    it.each([
      [-2, 401],
      [-1, 200],
      [1, 200],
      [2, 401],
    ])('answers a code of %d steps away with %d', async (steps, status) => {
      app.clock.advance({ minutes: 5 });
      expect((await acts.complete(await acts.pending(user), acts.code(user.secret, steps))).status).toBe(
        status,
      );
    });

    it('is not told the time by the client', async () => {
      app.clock.advance({ minutes: 5 });
      const json = { mfaToken: await acts.pending(user), code: acts.code(user.secret, 2) };
      const headers = { date: new Date(app.clock.nowMs() + 60_000).toUTCString() };
      expectProblem(await app.api.post('/v1/auth/mfa/totp', { json, headers }), 401, 'invalid-factor');
    });

    it('opens one session for 20 parallel completions with one code', async () => {
      app.clock.advance({ minutes: 5 });
      const [token, code] = [await acts.pending(user), acts.code(user.secret)];
      const answers = await inParallel(20, async () => acts.complete(token, code));
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    });

    it('opens one session for parallel completions of several pending sign-ins with one code', async () => {
      app.clock.advance({ minutes: 5 });
      const tokens = [await acts.pending(user), await acts.pending(user), await acts.pending(user)];
      const code = acts.code(user.secret);
      const answers = await inParallel(3, async (index) => acts.complete(tokens[index] ?? '', code));
      expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 401, 401]);
    });

    it('does not accept the code of another user', async () => {
      app.clock.advance({ minutes: 5 });
      const other = await acts.enrolled();
      const answer = await acts.complete(await acts.pending(user), acts.code(other.secret));
      expectProblem(answer, 401, 'invalid-factor');
    });

    it('answers a code that is not six ASCII digits with 422, and spends no try', async () => {
      app.clock.advance({ minutes: 5 });
      const token = await acts.pending(user);
      for (const code of ['12345', '1234567', '١٢٣٤٥٦', '12345a', ' 12345', ''])
        expectProblem(await acts.complete(token, code), 422, 'validation-failed');
      for (const code of ['12345', '1234567']) await acts.complete(token, code);
      expect((await acts.complete(token, acts.code(user.secret))).status).toBe(200);
    });

    it('answers a secret that was moved to another user with 401, not 500', async () => {
      app.clock.advance({ minutes: 5 });
      const victim = await acts.enrolled();
      await app.query('DELETE FROM totp_secrets WHERE user_id = $1', [victim.id]);
      await app.query('UPDATE totp_secrets SET user_id = $1, factor_id = $2 WHERE user_id = $3', [
        victim.id,
        victim.factorId,
        user.id,
      ]);
      const answer = await acts.complete(await acts.pending(victim), acts.code(user.secret));
      expectProblem(answer, 401, 'invalid-factor');
      await app.query('UPDATE totp_secrets SET user_id = $1, factor_id = $2 WHERE user_id = $3', [
        user.id,
        user.factorId,
        victim.id,
      ]);
    });
  });

  describe('when it is added', () => {
    it('does not accept the code of the confirmation at a sign-in', async () => {
      const person = await acts.someone();
      const { accessToken } = await app.signIn(person);
      const { secret } = await acts.enrol(accessToken);
      expectProblem(
        await acts.complete(await acts.pending(person), acts.code(secret)),
        401,
        'invalid-factor',
      );
    });

    it('stores and changes nothing before the first code', async () => {
      const person = await acts.someone();
      const { accessToken } = await app.signIn(person);
      const { body } = await acts.begin(accessToken);
      expect(body.uri).toMatch(/^otpauth:\/\/totp\/Gatehouse:/);
      expect((await acts.logIn(person)).status).toBe(200);
      expect((await app.api.get('/v1/auth/factors', { token: accessToken })).body).toEqual({
        items: [],
        recoveryCodesLeft: 0,
        required: false,
        rememberedDevices: 0,
      });
      const rows = await rowsOf(app);
      for (const hidden of [body.secret, body.enrolment, hexOf(body.secret)])
        expect(rows).not.toContain(hidden);
    });

    it('ends the other sessions at once, keeps this one, and mails a link', async () => {
      const person = await acts.someone();
      const [own, other] = [await app.signIn(person), await app.signIn(person)];
      await acts.enrol(own.accessToken);
      expect((await app.api.get('/v1/auth/principal', { token: other.accessToken })).status).toBe(401);
      expect((await app.api.get('/v1/auth/principal', { token: own.accessToken })).status).toBe(200);
    });

    it('needs another confirmation to replace the one that is there', async () => {
      const user = await acts.enrolled();
      const { accessToken } = await acts.signIn(user);
      const { body: begun } = await acts.begin(accessToken);
      const json = { enrolment: begun.enrolment, code: acts.code(begun.secret) };
      expectProblem(await acts.confirm(accessToken, json), 409, 'conflict');
      app.clock.advance({ seconds: 30 });
      expect((await acts.complete(await acts.pending(user), acts.code(user.secret))).status).toBe(200);
      app.clock.advance({ seconds: 30 });
      const replaced = await acts.enrol(accessToken, { replace: true });
      expect(replaced.recoveryCodes).toBeNull();
      app.clock.advance({ seconds: 60 });
      const old = await acts.complete(await acts.pending(user), acts.code(user.secret));
      expectProblem(old, 401, 'invalid-factor');
      expect((await acts.complete(await acts.pending(user), acts.code(replaced.secret))).status).toBe(200);
    });

    it('is added once by two parallel confirmations', async () => {
      const person = await acts.someone();
      const { accessToken } = await app.signIn(person);
      const begun = [(await acts.begin(accessToken)).body, (await acts.begin(accessToken)).body];
      const answers = await inParallel(2, async (index) => {
        const { enrolment = '', secret = '' } = begun[index] ?? {};
        return acts.confirm(accessToken, { enrolment, code: acts.code(secret) });
      });
      expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 401]);
    });

    it('refuses an enrolment of another user, of another session, altered or expired', async () => {
      const person = await acts.someone();
      const [own, other] = [await app.signIn(person), await app.signIn(person)];
      const stranger = await app.signIn(await acts.someone());
      const { enrolment, secret } = (await acts.begin(own.accessToken)).body;
      const code = acts.code(secret);
      const confirm = async (token: string, value: string) => acts.confirm(token, { enrolment: value, code });
      const altered = `${enrolment.slice(0, -2)}${enrolment.endsWith('AA') ? 'BB' : 'AA'}`;
      for (const [token, value] of [
        [other.accessToken, enrolment],
        [stranger.accessToken, enrolment],
        [own.accessToken, altered],
        [own.accessToken, 'x'],
        [own.accessToken, ''],
      ] as const)
        expectProblem(await confirm(token, value), 422, 'invalid-or-expired-token');
      app.clock.advance({ minutes: 10 });
      const late = { enrolment, code: acts.code(secret) };
      expectProblem(await acts.confirm(own.accessToken, late), 422, 'invalid-or-expired-token');
    });

    it('needs a verified address', async () => {
      const { accessToken } = await app.signIn(await app.someone());
      expectProblem(await acts.begin(accessToken), 409, 'conflict');
    });

    it('needs a recent sign-in, with the factor where there is one', async () => {
      const user = await acts.enrolled();
      const refused = await acts.begin(user.tokens.accessToken);
      expectProblem(refused, 401, 'insufficient-user-authentication');
      expect(refused.headers.get('www-authenticate')).toMatch(/max_age="900", acr_values="aal2"$/);
    });
  });

  it('stands in no export, log, audit event or later answer with its secret', async () => {
    const user = await acts.enrolled();
    const { accessToken: token } = await acts.signIn(user);
    const exported = await app.api.get('/v1/users/me/export', { token });
    expect(exported.status).toBe(200);
    const text = JSON.stringify([exported.body, (await app.api.get('/v1/auth/factors', { token })).body]);
    for (const hidden of [user.secret, ...user.recoveryCodes]) expect(text).not.toContain(hidden);
    expect(text).toContain('"kind":"totp"');
    const rows = await app.query('SELECT * FROM audit_events');
    expect(JSON.stringify(rows)).not.toContain(user.secret);
  });
});
