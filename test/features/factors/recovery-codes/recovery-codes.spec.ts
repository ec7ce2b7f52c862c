import { startApp, type TestApp } from '../../../support/app';
import { readJws } from '../../../support/jws';
import { inParallel } from '../../../support/parallel';
import { expectProblem } from '../../../support/problem';
import { TotpActs, type TotpUser } from '../../../support/totp';

describe('recovery codes', () => {
  let app: TestApp;
  let acts: TotpActs;
  let user: TotpUser;

  beforeAll(async () => {
    app = await startApp({ smtp: true });
    acts = new TotpActs(app);
  });

  beforeEach(async () => (user = await acts.enrolled()));
  afterAll(async () => app.close());

  const regenerate = async (token: string) =>
    app.api.post<{ codes: string[] }>('/v1/auth/factors/recovery-codes', { token, json: {} });
  const codeOf = ({ recoveryCodes }: TotpUser, index = 0) => recoveryCodes[index] ?? '';

  it('are ten with the first factor, in five groups of five', () => {
    expect(new Set(user.recoveryCodes).size).toBe(10);
    for (const code of user.recoveryCodes)
      expect(code).toMatch(/^([0-9A-HJKMNP-TV-Z]{5}-){4}[0-9A-HJKMNP-TV-Z]{5}$/);
  });

  it('complete a sign-in, once each, and the owner gets a mail', async () => {
    const { status, body } = await acts.recover(await acts.pending(user), codeOf(user));
    expect(status).toBe(200);
    expect(readJws(body.accessToken).claims).toMatchObject({ amr: ['pwd', 'otp', 'mfa'], acr: 'aal2' });
    expectProblem(await acts.recover(await acts.pending(user), codeOf(user)), 401, 'invalid-factor');
    const { body: list } = await app.api.get('/v1/auth/factors', { token: body.accessToken });
    expect(list).toMatchObject({ recoveryCodesLeft: 9 });
    expect(
      await app.mailFor(user.email, 'A recovery code of your account at Gatehouse was used'),
    ).toBeDefined();
  });

  it('are accepted as users type them', async () => {
    const typed = codeOf(user).toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l');
    expect((await acts.recover(await acts.pending(user), ` ${typed} `)).status).toBe(200);
  });

  it('are 422 where they are no codes, which spends no try', async () => {
    const token = await acts.pending(user);
    for (const code of [
      '',
      'UUUUU-UUUUU-UUUUU-UUUUU-UUUUU',
      codeOf(user).slice(1),
      '0'.repeat(200),
      'abc',
      '123456',
    ])
      expectProblem(await acts.recover(token, code), 422, 'validation-failed');
    expect((await acts.recover(token, codeOf(user))).status).toBe(200);
  });

  it('open one session for 30 parallel uses of one code, by several sign-ins', async () => {
    const tokens = await Promise.all([0, 1, 2].map(async () => acts.pending(user)));
    const answers = await inParallel(30, async (index) =>
      acts.recover(tokens[index % 3] ?? '', codeOf(user)),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  it('do not work for another user', async () => {
    const other = await acts.enrolled();
    expectProblem(await acts.recover(await acts.pending(user), codeOf(other)), 401, 'invalid-factor');
    expect((await acts.recover(await acts.pending(other), codeOf(other))).status).toBe(200);
  });

  it('are void once there are new ones; of two parallel requests one has the ten that work', async () => {
    const { accessToken: token } = await acts.signIn(user);
    const answers = await inParallel(2, async () => regenerate(token));
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expectProblem(await acts.recover(await acts.pending(user), codeOf(user)), 401, 'invalid-factor');
    const statuses = [];
    for (const { body } of answers)
      statuses.push((await acts.recover(await acts.pending(user), body.codes[3] ?? '')).status);
    expect(statuses.toSorted((a, b) => a - b)).toEqual([200, 401]);
  });

  it('take no rememberDevice', async () => {
    const json = { mfaToken: await acts.pending(user), code: codeOf(user), rememberDevice: true };
    expectProblem(await app.api.post('/v1/auth/mfa/recovery-code', { json }), 422, 'validation-failed');
  });

  it('are void once the last factor is removed, also after another one is added', async () => {
    const { accessToken: token } = await acts.signIn(user);
    expect((await app.api.delete(`/v1/auth/factors/${user.factorId}`, { token })).status).toBe(204);
    expect((await acts.logIn(user)).status).toBe(200);
    expectProblem(await regenerate(token), 409, 'conflict');
    const again = await app.signIn(user);
    await acts.enrol(again.accessToken);
    expectProblem(await acts.recover(await acts.pending(user), codeOf(user)), 401, 'invalid-factor');
  });

  it('are made by a recent sign-in with the factor only', async () => {
    expectProblem(await regenerate(user.tokens.accessToken), 401, 'insufficient-user-authentication');
  });

  it('stand in the database as digests only', async () => {
    const rows = await app.query<{ digest: Buffer }>('SELECT digest FROM recovery_codes WHERE user_id = $1', [
      user.id,
    ]);
    expect(rows.map(({ digest }) => digest.length)).toEqual(Array.from({ length: 10 }, () => 32));
  });
});
