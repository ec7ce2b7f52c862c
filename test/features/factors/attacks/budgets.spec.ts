import { Client } from 'pg';
import { startApp, type TestApp } from '../../../support/app';
import { reset, resetLink } from '../../../support/password-reset';
import { TotpActs } from '../../../support/totp';

/** The defaults would take many more sign-ins. */
const QUOTA = 3;
const RIGHT_PASSWORDS = 20;
const FEWER = {
  RATE_LIMIT_TOTP_PER_ACCOUNT: `${QUOTA}/86400/86400`,
  RATE_LIMIT_TOTP_PER_DEVICE: `${QUOTA}/3600/3600`,
  RATE_LIMIT_RIGHT_PASSWORDS_PER_ACCOUNT: `${RIGHT_PASSWORDS}/3600/3600`,
};

describe('an attack on factors: budgets', () => {
  let app: TestApp;
  let acts: TotpActs;
  const log: string[] = [];
  beforeAll(async () => {
    app = await startApp({ smtp: true, limits: true, log, env: FEWER });
    acts = new TotpActs(app);
  });
  afterAll(async () => app.close());

  it('devices from before the first factor give a thief no budget of their own each', async () => {
    const person = await acts.someone();
    const devices: string[] = [];
    for (let i = 0; i < 3; i++)
      devices.push(((await app.signIn(person)) as unknown as { deviceToken: string }).deviceToken);
    const { secret } = await acts.enrol((await app.signIn(person)).accessToken);
    app.clock.advance({ seconds: 60 });
    let judged = 0;
    for (const deviceToken of devices)
      for (let time = 0; time < QUOTA; time++)
        if (
          (await acts.complete(await acts.pending(person, { deviceToken }), acts.wrongCode(secret))).body
            .code === 'invalid-factor'
        )
          judged++;
    expect(judged).toBe(QUOTA);
  });

  it('who has the mailbox cannot refill the budget by resetting the password', async () => {
    const user = await acts.enrolled();
    let [judged, person] = [0, { email: user.email, password: user.password }];
    for (let round = 0; round < 3; round++) {
      for (let time = 0; time < QUOTA; time++)
        if (
          (await acts.complete(await acts.pending(person), acts.wrongCode(user.secret))).body.code ===
          'invalid-factor'
        )
          judged++;
      const password = `teal otters juggle ${round} lanterns again`;
      expect((await reset(app, await resetLink(app, user.email), password)).status).toBe(204);
      person = { email: user.email, password };
    }
    expect(judged).toBe(QUOTA);
  });

  it('the device token of a reset by mail is no known device: it gives who has the mailbox no guesses of its own', async () => {
    const user = await acts.enrolled();
    let judged = 0;
    for (let round = 0; round < 3; round++) {
      const newPassword = `teal otters juggle ${round} lanterns anew`;
      const answer = await reset(app, await resetLink(app, user.email), newPassword);
      const [cookie] = answer.headers.getSetCookie();
      const deviceToken = /^__Host-device=([^;]+);/.exec(cookie ?? '')?.[1];
      expect(deviceToken).toMatch(/^dt_/);
      const person = { email: user.email, password: newPassword };
      for (let time = 0; time < QUOTA; time++) {
        const mfaToken = await acts.pending(person, { deviceToken });
        const { body } = await acts.complete(mfaToken, acts.wrongCode(user.secret));
        if (body.code === 'invalid-factor') judged++;
      }
    }
    expect(judged).toBe(QUOTA);
  });

  it('and becomes one once it has signed in with the factor', async () => {
    const user = await acts.enrolled();
    const password = 'teal otters juggle no lanterns today';
    const answer = await reset(app, await resetLink(app, user.email), password);
    const [, token] = /^__Host-device=([^;]+);/.exec(answer.headers.getSetCookie()[0] ?? '') ?? [];
    const person = { ...user, password };
    const mfaToken = await acts.pending(person, { deviceToken: token });
    const { body } = await acts.complete(mfaToken, acts.code(user.secret));
    const { deviceToken } = body as unknown as { deviceToken: string };
    app.clock.advance({ minutes: 1 });
    // A stranger exhausts the limit of unknown devices.
    for (let time = 0; time <= QUOTA; time++)
      await acts.complete(await acts.pending(person), acts.wrongCode(user.secret));
    const own = await acts.pending(person, { deviceToken });
    expect((await acts.complete(own, acts.code(user.secret))).status).toBe(200);
  });

  it('who has the password cannot keep the owner, with factor and known device, from signing in', async () => {
    const user = await acts.enrolled();
    const { deviceToken } = (await acts.signIn(user)) as unknown as { deviceToken: string };
    for (let time = 0; time < RIGHT_PASSWORDS + 2; time++) await acts.logIn(user);
    const own = await acts.logIn(user, { deviceToken });
    expect([own.status, own.body.code]).toEqual([401, 'mfa-required']);
  });

  it('nor from stepping up within a session', async () => {
    const user = await acts.enrolled();
    const { accessToken: token } = await acts.signIn(user);
    for (let time = 0; time < RIGHT_PASSWORDS + 2; time++) await acts.logIn(user);
    const own = await app.api.post<{ code: string }>('/v1/auth/reauthenticate', {
      token,
      json: { password: user.password },
    });
    expect([own.status, own.body.code]).toEqual([401, 'mfa-required']);
  });

  it('has_factor is right after an operator deletes a factor by SQL while another is added', async () => {
    const user = await acts.enrolled();
    const [one, two] = [new Client(app.databaseUrl), new Client(app.databaseUrl)];
    await one.connect();
    await two.connect();
    try {
      await one.query('BEGIN');
      await one.query(
        `INSERT INTO factors (id, user_id, kind, created_at) VALUES (gen_random_uuid(), $1, 'other', now())`,
        [user.id],
      );
      const deleted = two.query('DELETE FROM factors WHERE id = $1', [user.factorId]);
      await new Promise((resolve) => setTimeout(resolve, 300));
      await one.query('COMMIT');
      await deleted;
    } finally {
      await one.end();
      await two.end();
    }
    const [row] = await app.query<{ flag: boolean; has: boolean }>(
      'SELECT has_factor AS flag, EXISTS (SELECT FROM factors WHERE user_id = u.id) AS has FROM users u WHERE id = $1',
      [user.id],
    );
    expect(row).toEqual({ flag: true, has: true });
  });

  it('neither log nor audit nor outbox has secrets; the challenge of the steps is as the contract says', async () => {
    const user = await acts.enrolled();
    const first = await acts.logIn(user);
    const wrong = await acts.complete(first.body.mfaToken, acts.wrongCode(user.secret));
    const unknown = await acts.complete('mf_x', '123456');
    const headers = [first, wrong, unknown].map((answer) => answer.headers.get('www-authenticate'));
    await acts.recover(first.body.mfaToken, user.recoveryCodes[0] ?? '');
    for (const challenge of headers) expect(challenge).toMatch(/^Bearer realm="[^"]+"$/);
    const all = log.join('\n') + JSON.stringify(await app.query('SELECT * FROM audit_events'));
    for (const hidden of [first.body.mfaToken, user.secret, user.recoveryCodes[0] ?? ''])
      expect(all).not.toContain(hidden);
  });

  it('a source cannot try mfaTokens without limit', async () => {
    const statuses = new Map<number, number>();
    for (let time = 0; time < 100; time++) {
      const { status } = await acts.complete('mf_unknown', '123456');
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
    expect(statuses.get(429)).toBeGreaterThan(35);
  });

  it('session-bound tokens do not mix', async () => {
    const user = await acts.enrolled();
    const one = await acts.signIn(user);
    const two = await acts.signIn(user);
    const begun = await app.api.post<{ mfaToken: string }>('/v1/auth/reauthenticate', {
      token: one.accessToken,
      json: { password: user.password },
    });
    const ms = begun.body.mfaToken;
    const results = [
      (await acts.complete(ms, acts.code(user.secret))).body.code,
      (await acts.complete(ms, acts.code(user.secret), two.accessToken)).body.code,
      (await acts.complete(ms.replace('ms_', 'mf_'), acts.code(user.secret))).body.code,
    ];
    const mf = await acts.pending(user);
    results.push(
      (await acts.complete(mf.replace('mf_', 'ms_'), acts.code(user.secret), one.accessToken)).body.code,
    );
    expect(results).toEqual([
      'authentication-required',
      'invalid-mfa-token',
      'invalid-mfa-token',
      'invalid-mfa-token',
    ]);
    const cross = await app.api.post('/v1/auth/mfa/totp', {
      json: { mfaToken: ms, code: acts.code(user.secret) },
      headers: { cookie: `__Host-access=${one.accessToken}`, 'sec-fetch-site': 'cross-site' },
    });
    expect(cross.status).toBe(403);
  });
});
