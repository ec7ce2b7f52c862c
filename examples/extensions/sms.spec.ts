import { Injectable } from '@nestjs/common';
import {
  expectProblem,
  inParallel,
  type ProblemBody,
  startApp,
  type TestApp,
  type TokenBody,
} from '../../test/kit';
import { readJws } from '../../test/support/jws';
import { SmsGateway, SmsModule } from './sms';

const messages: { readonly number: string; readonly text: string }[] = [];

@Injectable()
class Messages extends SmsGateway {
  async send(number: string, text: string): Promise<void> {
    messages.push({ number, text });
  }
}

interface User {
  readonly id: string;
  readonly email: string;
  readonly password: string;
  readonly number: string;
}

describe('a factor that a module adds', () => {
  let app: TestApp;
  let users = 0;

  beforeAll(async () => {
    app = await startApp({ modules: [SmsModule.sendingBy(Messages)], limits: true });
  });

  afterAll(async () => app.close());

  const post = async <Body = TokenBody & ProblemBody>(path: string, json: object, token?: string) =>
    app.api.post<Body>(path, { json, ...(token !== undefined && { token }) });

  const newNumber = () => `+44163296${String(1_000 + ++users)}`;
  const codeTo = (number: string) =>
    messages.findLast((each) => each.number === number)?.text.slice(0, 6) ?? '';
  const otherThan = (code: string) => (code === '000000' ? '111111' : '000000');
  const numbersOf = async ({ id }: { readonly id: string }) =>
    app.query<{ number: string }>('SELECT number FROM sms_numbers WHERE user_id = $1', [id]);

  const add = async (token: string, number: string, more: object = {}) => {
    expect((await post('/v1/auth/factors/sms', { number }, token)).status).toBe(200);
    const code = codeTo(number);
    return post<{ recoveryCodes: string[] | null } & ProblemBody>(
      '/v1/auth/factors/sms/confirm',
      { number, code, ...more },
      token,
    );
  };

  const enrolled = async (): Promise<User> => {
    const number = newNumber();
    const { id, email, password, token } = await app.as(number);
    expect((await add(token, number)).status).toBe(201);
    return { id, email, password, number };
  };

  const logIn = async ({ email, password }: User) =>
    app.api.post<{ code: string; mfaToken: string; factors: string[] }>('/v1/auth/login', {
      json: { email, password },
    });

  const pending = async (user: User) => (await logIn(user)).body.mfaToken;
  const send = async (mfaToken: string, token?: string) => post('/v1/auth/mfa/sms/send', { mfaToken }, token);
  const complete = async (mfaToken: string, code: string, token?: string) =>
    post('/v1/auth/mfa/sms', { mfaToken, code }, token);

  /** A sign-in whose code has been sent. */
  const sent = async (user: User) => {
    const mfaToken = await pending(user);
    expect((await send(mfaToken)).status).toBe(200);
    return { mfaToken, code: codeTo(user.number) };
  };

  const signIn = async (user: User): Promise<TokenBody> => {
    const { mfaToken, code } = await sent(user);
    const { status, body } = await complete(mfaToken, code);
    expect(status).toBe(200);
    return body;
  };

  describe('signs in', () => {
    it('with the password and a code that is sent to the number', async () => {
      const user = await enrolled();
      const { status, body } = await logIn(user);
      expect([status, body.code, body.factors[0]]).toEqual([401, 'mfa-required', 'sms']);
      const before = messages.length;
      expect((await send(body.mfaToken)).body).toEqual({ to: `…${user.number.slice(-2)}`, expiresIn: 300 });
      expect(messages).toHaveLength(before + 1);
      const tokens = (await complete(body.mfaToken, codeTo(user.number))).body;
      expect(readJws(tokens.accessToken).claims).toMatchObject({ amr: ['pwd', 'sms', 'mfa'], acr: 'aal2' });
    });

    it('with the latest code where several were sent for one sign-in', async () => {
      const user = await enrolled();
      const { mfaToken, code: first } = await sent(user);
      await send(mfaToken);
      const code = codeTo(user.number);
      if (first !== code) expectProblem(await complete(mfaToken, first), 401, 'invalid-factor');
      expect((await complete(mfaToken, code)).status).toBe(200);
    });

    it('again within a session, with its access token alone', async () => {
      const user = await enrolled();
      const { accessToken: token } = await signIn(user);
      const answer = await post('/v1/auth/reauthenticate', { password: user.password }, token);
      const { mfaToken } = answer.body as unknown as { mfaToken: string };
      expectProblem(await send(mfaToken), 401, 'authentication-required');
      expect((await send(mfaToken, token)).status).toBe(200);
      expect((await complete(mfaToken, codeTo(user.number), token)).status).toBe(200);
    });
  });

  describe('accepts a code', () => {
    it('once, for the same sign-in and for another', async () => {
      const user = await enrolled();
      const { mfaToken, code } = await sent(user);
      expect((await complete(mfaToken, code)).status).toBe(200);
      expectProblem(await complete(mfaToken, code), 401, 'invalid-mfa-token');
      expectProblem(await complete(await pending(user), code), 401, 'invalid-factor');
    });

    it('once, of five requests at the same time', async () => {
      const { mfaToken, code } = await sent(await enrolled());
      const answers = await inParallel(5, async () => complete(mfaToken, code));
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    });

    it('never of another user', async () => {
      const [ada, eve] = [await enrolled(), await enrolled()];
      const { code } = await sent(eve);
      expectProblem(await complete(await pending(ada), code), 401, 'invalid-factor');
      const { mfaToken, code: own } = await sent(ada);
      if (own !== code) expectProblem(await complete(mfaToken, code), 401, 'invalid-factor');
    });

    it('never of another sign-in of the user, which an attacker with the password has begun', async () => {
      const user = await enrolled();
      const { code } = await sent(user);
      expectProblem(await complete(await pending(user), code), 401, 'invalid-factor');
    });

    it('no longer after five wrong ones, also not a new one', async () => {
      const user = await enrolled();
      const { mfaToken, code } = await sent(user);
      for (let time = 0; time < 5; time++)
        expectProblem(await complete(mfaToken, otherThan(code)), 401, 'invalid-factor');
      expectProblem(await complete(mfaToken, code), 401, 'invalid-mfa-token');
      expectProblem(await send(mfaToken), 401, 'invalid-mfa-token');
    });

    it('no longer after ten wrong ones of a day, over all sign-ins', async () => {
      const user = await enrolled();
      for (let time = 0; time < 2; time++) {
        const { mfaToken, code } = await sent(user);
        for (let guess = 0; guess < 5; guess++) await complete(mfaToken, otherThan(code));
      }
      const { mfaToken, code } = await sent(user);
      const { status, body } = await complete(mfaToken, code);
      expect([status, body.code]).toEqual([429, 'rate-limited']);
    });

    it('within five minutes, to the millisecond', async () => {
      const user = await enrolled();
      const [inTime, late] = [await sent(user), await sent(user)];
      app.clock.advance({ milliseconds: 300_000 - 1 });
      expect((await complete(inTime.mfaToken, inTime.code)).status).toBe(200);
      app.clock.advance({ milliseconds: 1 });
      expectProblem(await complete(late.mfaToken, late.code), 401, 'invalid-factor');
    });

    it('no longer once the number is another', async () => {
      const user = await enrolled();
      const { accessToken } = await signIn(user);
      const { mfaToken, code } = await sent(user);
      const number = newNumber();
      expectProblem(await add(accessToken, number), 409, 'conflict');
      expect((await add(accessToken, number, { replace: true })).status).toBe(201);
      expect(await numbersOf(user)).toEqual([{ number }]);
      expectProblem(await complete(mfaToken, code), 401, 'invalid-factor');
      app.clock.advance({ hours: 1 });
      await expectNotSentTo(user.number, async () => signIn({ ...user, number }));
    });
  });

  const expectNotSentTo = async (number: string, act: () => Promise<unknown>) => {
    const count = () => messages.filter((each) => each.number === number).length;
    const before = count();
    await act();
    expect(count()).toBe(before);
  };

  describe('sends a code', () => {
    it('five times an hour to an account, from any source', async () => {
      const user = await enrolled();
      for (let time = 0; time < 4; time++) await sent(user);
      const mfaToken = await pending(user);
      await expectNotSentTo(user.number, async () => expect((await send(mfaToken)).status).toBe(429));
    });

    it('only for a sign-in that is pending', async () => {
      const user = await enrolled();
      for (const mfaToken of ['mf_unknown', '', (await app.as('ada')).token.slice(0, 200)])
        expectProblem(await send(mfaToken), 401, 'invalid-mfa-token');
      const { mfaToken, code } = await sent(user);
      expect((await complete(mfaToken, code)).status).toBe(200);
      const [used, old] = [mfaToken, await pending(user)];
      app.clock.advance({ milliseconds: 600_000 });
      for (const each of [used, old])
        await expectNotSentTo(user.number, async () =>
          expectProblem(await send(each), 401, 'invalid-mfa-token'),
        );
    });

    it('no longer for a sign-in that a recovery or an administrator has voided', async () => {
      const user = await enrolled();
      const [one, other] = [await pending(user), await pending(user)];
      await app.query('UPDATE users SET sessions_epoch = sessions_epoch + 1 WHERE id = $1', [user.id]);
      expectProblem(await send(one), 401, 'invalid-mfa-token');
      const third = await pending(user);
      await app.query(`UPDATE users SET status = 'disabled' WHERE id = $1`, [user.id]);
      for (const each of [other, third]) expectProblem(await send(each), 401, 'invalid-mfa-token');
    });

    it('not to a page of another site', async () => {
      const headers = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' };
      const json = { mfaToken: await pending(await enrolled()) };
      const answer = await app.api.post('/v1/auth/mfa/sms/send', { json, headers });
      expectProblem(answer, 403, 'cross-site-request');
    });
  });

  describe('is added', () => {
    it('by the number that got the code, in the session that asked for it', async () => {
      const [own, foreign] = [newNumber(), newNumber()];
      const eve = await app.as(own);
      await eve.post('/v1/auth/factors/sms', { number: own });
      const code = codeTo(own);
      const path = '/v1/auth/factors/sms/confirm';
      expectProblem(await eve.post(path, { number: foreign, code }), 401, 'invalid-factor');
      const { token } = await app.as(own);
      expectProblem(await post(path, { number: own, code }, token), 401, 'invalid-factor');
      expect(await numbersOf(eve)).toEqual([]);
      expect((await eve.get<{ items: unknown[] }>('/v1/auth/factors')).body.items).toEqual([]);
    });

    it('once by a code; a wrong one leaves the present number', async () => {
      const user = await enrolled();
      const { accessToken } = await signIn(user);
      const number = newNumber();
      const again = { number, replace: true };
      expect((await add(accessToken, number, { replace: true })).status).toBe(201);
      for (const code of [codeTo(number), otherThan(codeTo(number))]) {
        const answer = await post('/v1/auth/factors/sms/confirm', { ...again, code }, accessToken);
        expectProblem(answer, 401, 'invalid-factor');
      }
      expect(await numbersOf(user)).toEqual([{ number }]);
      expect((await logIn(user)).body.factors).toContain('sms');
    });

    it('with ten guesses at most', async () => {
      const number = newNumber();
      const eve = await app.as(number);
      await eve.post('/v1/auth/factors/sms', { number });
      const code = codeTo(number);
      const guess = async (guessed: string) =>
        (await eve.post('/v1/auth/factors/sms/confirm', { number, code: guessed })).status;
      for (let time = 0; time < 10; time++) expect(await guess(otherThan(code))).toBe(401);
      expect(await guess(code)).toBe(429);
    });

    it('only by a recent sign-in with the factor that is there', async () => {
      const number = newNumber();
      const { token } = await app.as(number);
      await add(token, number);
      const json = { number: newNumber() };
      expect((await post('/v1/auth/factors/sms', json, token)).body.code).toBe(
        'insufficient-user-authentication',
      );
    });

    it('without keeping a code that a reader of the database could use', async () => {
      const { code } = await sent(await enrolled());
      expect(JSON.stringify(await app.query('SELECT *, digest::text FROM sms_codes'))).not.toContain(code);
    });
  });

  it('is exported and erased with the account', async () => {
    const user = await enrolled();
    const { accessToken: token } = await signIn(user);
    await sent(user);
    const json = { password: user.password };
    const exported = await app.api.get<{ data: { sms: unknown } }>('/v1/users/me/export', { token });
    expect(exported.body.data.sms).toEqual([{ number: user.number }]);
    expect((await app.api.post('/v1/users/me/delete', { token, json })).status).toBe(204);
    expect(await numbersOf(user)).toEqual([]);
    expect(await app.query('SELECT 1 FROM sms_codes WHERE user_id = $1', [user.id])).toEqual([]);
  });

  // The last one: an application that starts later takes the strategies of Passport over.
  it('still counts where its module is missing: the password alone opens no session', async () => {
    const user = await enrolled();
    const without = await startApp({ env: { DATABASE_URL: app.databaseUrl } });
    try {
      const { email, password } = user;
      const answer = await without.api.post('/v1/auth/login', { json: { email, password } });
      expect([answer.status, answer.body.code]).toEqual([401, 'mfa-required']);
      expect(answer.body.factors).not.toContain('sms');
    } finally {
      await without.close();
    }
  });
});
