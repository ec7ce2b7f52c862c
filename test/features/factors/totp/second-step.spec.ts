import { Module, Injectable } from '@nestjs/common';
import { LoginCheck, type LoginCheckProvider, type LoginContext } from '../../../../src/auth';
import { Conflict } from '../../../../src/platform/http';
import type { ProblemBody } from '../../../support/api';
import { startApp, type TestApp } from '../../../support/app';
import { readJws } from '../../../support/jws';
import { inParallel } from '../../../support/parallel';
import { expectProblem } from '../../../support/problem';
import { tokenIn } from '../../../support/smtp-sink';
import { TotpActs, type TotpUser } from '../../../support/totp';

const refused = new Set<string>();
const checked: LoginContext[] = [];

@Injectable()
@LoginCheck({ order: 1, problems: [Conflict] })
class LateCheck implements LoginCheckProvider {
  async check(login: LoginContext): Promise<void> {
    checked.push(login);
    if (refused.has(login.email)) throw new Conflict();
  }
}

@Module({ providers: [LateCheck] })
class LateCheckModule {}

describe('the second step', () => {
  let app: TestApp;
  let acts: TotpActs;
  let user: TotpUser;

  beforeAll(async () => {
    app = await startApp({ smtp: true, limits: true, modules: [LateCheckModule] });
    acts = new TotpActs(app);
  });

  beforeEach(async () => (user = await acts.enrolled()));
  afterAll(async () => app.close());

  const completeNow = async (token: string, more: object = {}, query = '') =>
    app.api.post(`/v1/auth/mfa/totp${query}`, {
      json: { mfaToken: token, code: acts.code(user.secret), ...more },
    });
  const events = async (type: string) =>
    app.query('SELECT 1 FROM audit_events WHERE type = $1 AND subject_id = $2', [type, user.id]);

  describe('of a sign-in', () => {
    it('is asked for only after the right password: a wrong one answers the same with and without a factor', async () => {
      const other = await acts.someone();
      const password = 'a wrong password of some length';
      const [one, two] = [await acts.logIn({ ...user, password }), await acts.logIn({ ...other, password })];
      const { instance: a, ...body } = one.body;
      const { instance: b, ...same } = two.body;
      expect([one.status, body]).toEqual([two.status, same]);
      expect(a).not.toBe(b);
    });

    it('is no failed sign-in, and costs no attempt', async () => {
      const before = (await events('sign-in-failed')).length;
      for (let time = 0; time < 12; time++) expect((await acts.logIn(user)).body.code).toBe('mfa-required');
      expect((await events('sign-in-failed')).length).toBe(before);
      expect((await events('second-factor-asked')).length).toBeGreaterThanOrEqual(12);
    });

    it('does not take its token as an access, refresh or link token', async () => {
      const token = await acts.pending(user);
      expectProblem(await app.api.get('/v1/auth/principal', { token }), 401, 'invalid-token');
      const refresh = await app.api.post('/v1/auth/refresh', { json: { refreshToken: token } });
      expectProblem(refresh, 401, 'invalid-refresh-token');
      const undo = await app.api.post('/v1/auth/factors/undo', { json: { token } });
      expectProblem(undo, 422, 'invalid-or-expired-token');
    });

    it('takes no other token as its own', async () => {
      const { accessToken, refreshToken } = user.tokens;
      for (const token of [accessToken.slice(0, 200), refreshToken, 'mf_', '', 'x'])
        expectProblem(await completeNow(token), 401, 'invalid-mfa-token');
      expectProblem(await completeNow('mf_'.padEnd(300, 'x')), 422, 'validation-failed');
      expectProblem(await completeNow(null as never), 422, 'validation-failed');
    });

    it('ends after five wrong codes, also for the right one', async () => {
      const token = await acts.pending(user);
      for (let time = 0; time < 5; time++)
        expectProblem(await acts.complete(token, acts.wrongCode(user.secret)), 401, 'invalid-factor');
      expectProblem(await acts.complete(token, acts.code(user.secret)), 401, 'invalid-mfa-token');
    });

    it('counts parallel guesses before it judges them', async () => {
      const token = await acts.pending(user);
      const wrong = acts.wrongCode(user.secret);
      const answers = await inParallel(20, async () => acts.complete(token, wrong));
      const judged = answers.filter(({ body }) => body.code === 'invalid-factor');
      expect(judged.length).toBeLessThanOrEqual(5);
    });

    it('gives unknown devices ten wrong codes a day, over all tokens; right passwords between refill nothing', async () => {
      for (let time = 0; time < 10; time++)
        expectProblem(
          await acts.complete(await acts.pending(user), acts.wrongCode(user.secret)),
          401,
          'invalid-factor',
        );
      const limited = await acts.complete(await acts.pending(user), acts.code(user.secret));
      expect([limited.status, limited.body.code]).toEqual([429, 'rate-limited']);
      expect((await acts.recover(await acts.pending(user), user.recoveryCodes[0] ?? '')).status).toBe(200);
    });

    it('has another limit for a known device, which strangers cannot exhaust', async () => {
      const { deviceToken } = (await acts.signIn(user)) as unknown as { deviceToken: string };
      for (let time = 0; time < 11; time++)
        await acts.complete(await acts.pending(user), acts.wrongCode(user.secret));
      const own = await acts.pending(user, { deviceToken });
      expect((await acts.complete(own, acts.code(user.secret))).status).toBe(200);
    });

    it('mails the owner after the third wrong code, not before', async () => {
      const subject = 'Wrong codes at a sign-in to your account at Gatehouse';
      const mails = async () => {
        await app.mailsSent();
        return app.smtp?.for(user.email).filter((mail) => mail.subject === subject).length;
      };
      const guess = async () => acts.complete(await acts.pending(user), acts.wrongCode(user.secret));
      await guess();
      await guess();
      expect(await mails()).toBe(0);
      await guess();
      expect(await mails()).toBe(1);
    });

    it('is over 600 seconds after it began, to the millisecond', async () => {
      const [token, late] = [await acts.pending(user), await acts.pending(user)];
      app.clock.advance({ milliseconds: 600_000 - 1 });
      expect((await completeNow(token)).status).toBe(200);
      app.clock.advance({ milliseconds: 1 });
      expectProblem(await completeNow(late), 401, 'invalid-mfa-token');
    });

    it('of the known device of the owner survives 50 that an attacker with the password begins', async () => {
      const { deviceToken } = (await acts.signIn(user)) as unknown as { deviceToken: string };
      const own = await acts.pending(user, { deviceToken });
      for (let time = 0; time < 50; time++) await acts.pending(user);
      expect((await completeNow(own)).status).toBe(200);
    });

    it('is refused where a login check begins to refuse between the steps, and the code stays unused', async () => {
      const token = await acts.pending(user);
      refused.add(user.email);
      expectProblem(await completeNow(token), 409, 'conflict');
      refused.delete(user.email);
      expect((await completeNow(token)).status).toBe(200);
      expect(checked.at(-1)?.methods).toEqual(['pwd', 'otp', 'mfa']);
    });

    it.each([
      ['a disabled account', `UPDATE users SET status = 'disabled' WHERE id = $1`],
      ['a revocation of all sessions', 'UPDATE users SET sessions_epoch = sessions_epoch + 1 WHERE id = $1'],
    ])('opens nothing after %s between the steps', async (_, sql) => {
      const token = await acts.pending(user);
      await app.query(sql, [user.id]);
      expectProblem(await completeNow(token), 401, 'invalid-credentials');
    });

    it('cannot be skipped by a factor that is added between the steps of a sign-in without one', async () => {
      const person = await acts.someone();
      const [{ accessToken }, before] = [await app.signIn(person), await app.signIn(person)];
      await acts.enrol(accessToken);
      expectProblem(
        await app.api.post('/v1/auth/refresh', { json: { refreshToken: before.refreshToken } }),
        401,
        'invalid-refresh-token',
      );
    });

    it('sets cookies where they are asked for, and is refused from another site', async () => {
      const token = await acts.pending(user);
      const json = { mfaToken: token, code: acts.code(user.secret) };
      const post = async (site: string) =>
        app.api.post('/v1/auth/mfa/totp?useCookies=true', { json, headers: { 'sec-fetch-site': site } });
      expectProblem(await post('cross-site'), 403, 'cross-site-request');
      const answer = await post('same-origin');
      expect([answer.status, answer.body]).toMatchObject([200, { tokenType: 'Cookie' }]);
      const cookies = answer.headers.getSetCookie().map((cookie) => cookie.split('=')[0]);
      expect(new Set(cookies)).toEqual(new Set(['__Host-access', '__Host-device', '__Host-refresh']));
    });

    it('is not kept from the user by a stale cookie', async () => {
      const headers = { cookie: '__Host-access=stale', 'sec-fetch-site': 'same-origin' };
      const json = { mfaToken: await acts.pending(user), code: acts.code(user.secret) };
      expect((await app.api.post('/v1/auth/mfa/totp', { json, headers })).status).toBe(200);
    });
  });

  describe('of a reauthentication', () => {
    const reauthenticate = async (token: string) =>
      app.api.post<{ mfaToken: string; code: string }>('/v1/auth/reauthenticate', {
        token,
        json: { password: user.password },
      });

    it('keeps the session and its level: the password alone is no reauthentication', async () => {
      const { accessToken: token } = await acts.signIn(user);
      app.clock.advance({ minutes: 10 });
      const { status, body } = await reauthenticate(token);
      expect([status, body.code]).toEqual([401, 'mfa-required']);
      const answer = await acts.complete(body.mfaToken, acts.code(user.secret), token);
      expect(answer.status).toBe(200);
      const [before, after] = [readJws(token).claims, readJws(answer.body.accessToken).claims];
      expect(after).toMatchObject({ sid: before['sid'], amr: ['pwd', 'otp', 'mfa'], acr: 'aal2' });
      expect(Number(after['auth_time'])).toBe(Number(before['auth_time']) + 630);
      expect(answer.body).not.toHaveProperty('deviceToken');
    });

    it('is completed with the access token of that session only', async () => {
      const [own, other] = [await acts.signIn(user), await acts.signIn(user)];
      const { mfaToken } = (await reauthenticate(own.accessToken)).body;
      const code = acts.code(user.secret);
      expectProblem(await acts.complete(mfaToken, code), 401, 'authentication-required');
      expectProblem(await acts.complete(mfaToken, code, 'x'), 401, 'invalid-token');
      expectProblem(await acts.complete(mfaToken, code, other.accessToken), 401, 'invalid-mfa-token');
      expect((await acts.complete(mfaToken, code, own.accessToken)).status).toBe(200);
    });

    it('raises the session that added the first factor', async () => {
      const { accessToken: token } = user.tokens;
      const exported = async (by: string) => (await app.api.get('/v1/users/me/export', { token: by })).status;
      expect(await exported(token)).toBe(401);
      const { mfaToken } = (await reauthenticate(token)).body;
      const { body } = await acts.complete(mfaToken, acts.code(user.secret), token);
      expect(await exported(body.accessToken)).toBe(200);
    });

    it('is what routes with a password ask of users with a factor', async () => {
      const { accessToken: token } = user.tokens;
      const { password } = user;
      for (const [path, json] of [
        [
          '/v1/auth/password/change',
          { currentPassword: password, newPassword: 'another good long password' },
        ],
        ['/v1/auth/email/change', { newEmail: 'other@example.com', password }],
        ['/v1/users/me/delete', { password }],
      ] as const)
        expectProblem(await app.api.post(path, { token, json }), 401, 'insufficient-user-authentication');
    });

    it('is what a stale token is asked for that adds, removes or renames a factor, or gets new codes', async () => {
      const { refreshToken } = await acts.signIn(user);
      app.clock.advance({ minutes: 14 });
      const { body } = await app.api.post<{ accessToken: string }>('/v1/auth/refresh', {
        json: { refreshToken },
      });
      app.clock.advance({ minutes: 1 });
      const token = body.accessToken;
      expect((await app.api.get('/v1/auth/factors', { token })).status).toBe(200);
      const path = `/v1/auth/factors/${user.factorId}`;
      for (const answer of [
        await app.api.send<ProblemBody>('PATCH', path, { token, json: { name: 'x' } }),
        await app.api.send<ProblemBody>('DELETE', path, { token }),
        await app.api.post<ProblemBody>('/v1/auth/factors/totp', { token, json: {} }),
        await app.api.post<ProblemBody>('/v1/auth/factors/recovery-codes', { token, json: {} }),
      ]) {
        expectProblem(answer, 401, 'insufficient-user-authentication');
        expect(answer.headers.get('www-authenticate')).toMatch(/max_age="900"$/);
      }
    });
  });

  describe('is taken away', () => {
    const undoToken = async () =>
      tokenIn(await app.mailFor(user.email, 'Your account at Gatehouse now has a second factor'));
    const undo = async (token: string) => app.api.post('/v1/auth/factors/undo', { json: { token } });

    it('by the link in the notice of the first factor: factors, codes, password and sessions are gone', async () => {
      const signedIn = await acts.signIn(user);
      expect((await undo(await undoToken())).status).toBe(204);
      expect((await app.api.get('/v1/auth/principal', { token: signedIn.accessToken })).status).toBe(401);
      expectProblem(await acts.logIn(user), 401, 'invalid-credentials');
      expect(await app.query('SELECT 1 FROM factors WHERE user_id = $1', [user.id])).toEqual([]);
      expect(await app.query('SELECT 1 FROM recovery_codes WHERE user_id = $1', [user.id])).toEqual([]);
      const mail = await app.mailFor(user.email, 'Your account at Gatehouse was recovered');
      const json = { token: tokenIn(mail), newPassword: 'the new password of the owner' };
      expect((await app.api.post('/v1/auth/password/reset', { json })).status).toBe(204);
      expect((await acts.logIn({ ...user, password: json.newPassword })).status).toBe(200);
    });

    it('by that link once, and for 7 days', async () => {
      const token = await undoToken();
      app.clock.advance({ days: 7 });
      expectProblem(await undo(token), 422, 'invalid-or-expired-token');
      app.clock.advance({ days: -7 });
      expect((await undo(token)).status).toBe(204);
      expectProblem(await undo(token), 422, 'invalid-or-expired-token');
    });

    it('by nothing else that mails: a reset of the password keeps it, and opens no session', async () => {
      await app.api.post('/v1/auth/password/forgot', { json: { email: user.email } });
      const mail = await app.mailFor(user.email, 'Set a new password for Gatehouse');
      const json = { token: tokenIn(mail), newPassword: 'the new password of the owner' };
      expect((await app.api.post('/v1/auth/password/reset', { json })).status).toBe(204);
      const after = await acts.logIn({ ...user, password: json.newPassword });
      expect(after.body.code).toBe('mfa-required');
      expect((await acts.complete(after.body.mfaToken, acts.code(user.secret))).status).toBe(200);
      // Nothing displaces the link.
      expect((await undo(await undoToken())).status).toBe(204);
    });

    it('with the account', async () => {
      const { accessToken: token } = await acts.signIn(user);
      await acts.pending(user);
      const { password } = user;
      expect((await app.api.post('/v1/users/me/delete', { token, json: { password } })).status).toBe(204);
      for (const table of ['factors', 'totp_secrets', 'recovery_codes', 'pending_sign_ins'])
        expect(await app.query(`SELECT 1 FROM ${table} WHERE user_id = $1`, [user.id])).toEqual([]);
    });
  });

  it('is published with the policy, in the order in which the kinds are offered', async () => {
    const { secondFactor } = (await app.api.get<{ secondFactor: { kinds: string[] } }>('/v1/auth/policy'))
      .body;
    const { factors } = (await acts.logIn(user)).body;
    expect(secondFactor.kinds.filter((kind) => factors.includes(kind))).toEqual(factors);
    expect(secondFactor).toMatchObject({ required: 'none', graceDays: 0, rememberDeviceDays: 0 });
  });

  it('of an unknown kind still counts, is not offered, and no session is opened without it', async () => {
    await app.query(`UPDATE factors SET kind = 'gone' WHERE user_id = $1`, [user.id]);
    await app.query('DELETE FROM recovery_codes WHERE user_id = $1', [user.id]);
    expect((await acts.logIn(user)).body).toMatchObject({ code: 'mfa-required', factors: [] });
  });

  it('belongs to its user: another one cannot rename or remove it', async () => {
    const { accessToken: token } = await app.signIn(await acts.someone());
    const path = `/v1/auth/factors/${user.factorId}`;
    expectProblem(await app.api.delete(path, { token }), 404, 'not-found');
    expectProblem(await app.api.send('PATCH', path, { token, json: { name: 'x' } }), 404, 'not-found');
    const { accessToken } = await acts.signIn(user);
    const renamed = await app.api.send('PATCH', path, { token: accessToken, json: { name: ' My  phone ' } });
    expect(renamed.body).toMatchObject({ id: user.factorId, name: expect.stringContaining('phone') });
    expectProblem(
      await app.api.send('PATCH', path, { token: accessToken, json: {} }),
      422,
      'validation-failed',
    );
  });
});
