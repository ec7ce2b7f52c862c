import { FactorReset } from '../../../../src/auth';
import type { TestApp } from '../../../support/app';
import { reset } from '../../../support/password-reset';
import { expectProblem } from '../../../support/problem';
import { sharedApp } from '../../../support/shared-app';
import { tokenIn } from '../../../support/smtp-sink';
import { TotpActs, type TotpUser } from '../../../support/totp';

const NEW = 'quite another 7 lantern juggles otters';
const REASON = 'lost the phone, identity checked by video';

describe('an attack on factors: a reset by the operator', () => {
  let app: TestApp;
  let acts: TotpActs;
  beforeAll(async () => {
    app = await sharedApp({ smtp: true });
    acts = new TotpActs(app);
  });

  const resetFactors = async ({ id }: Pick<TotpUser, 'id'>) => app.nest.get(FactorReset).reset(id, REASON);

  it('does not let in who has the password alone, also where the first step had passed', async () => {
    const user = await acts.enrolled();
    const mfaToken = await acts.pending(user);
    expect(await resetFactors(user)).toBe(1);
    expectProblem(await acts.logIn(user), 401, 'invalid-credentials');
    expect((await acts.recover(mfaToken, user.recoveryCodes[0] ?? '')).status).toBe(401);
    expect((await acts.complete(mfaToken, acts.code(user.secret))).status).toBe(401);
  });

  it('ends every session, removes factors and codes, and lets the owner of the mailbox set a password', async () => {
    const user = await acts.enrolled();
    const { accessToken: token } = await acts.signIn(user);
    await resetFactors(user);
    expectProblem(await app.api.get('/v1/auth/principal', { token }), 401, 'invalid-token');
    for (const table of ['factors', 'totp_secrets', 'recovery_codes'])
      expect(await app.query(`SELECT 1 FROM ${table} WHERE user_id = $1`, [user.id])).toEqual([]);
    const mail = await app.mailFor(
      user.email,
      'The second factors of your account at Gatehouse were removed',
    );
    expect((await reset(app, tokenIn(mail), NEW)).status).toBe(204);
    expect((await acts.logIn({ email: user.email, password: NEW })).status).toBe(200);
  });

  it('displaces no undo link: a thief who moved the address first keeps nothing', async () => {
    const user = await acts.enrolled();
    const links = async () =>
      app.query('SELECT purpose FROM one_time_tokens WHERE user_id = $1 AND lasting ORDER BY purpose', [
        user.id,
      ]);
    const before = await links();
    expect(before).toEqual([{ purpose: 'factors-undo' }]);
    await resetFactors(user);
    expect(await links()).toEqual(before);
  });

  it('is recorded with its reason', async () => {
    const user = await acts.enrolled();
    await resetFactors(user);
    expect(
      await app.query(
        `SELECT actor_id AS actor, details FROM audit_events WHERE type = 'factors-reset' AND subject_id = $1`,
        [user.id],
      ),
    ).toEqual([{ actor: null, details: { reason: REASON, command: 'users:factors:reset' } }]);
  });

  it('changes nothing for an account without a factor, nor for a disabled one', async () => {
    const { email } = await acts.someone();
    const [person] = await app.query<{ id: string }>('SELECT id FROM users WHERE email = $1', [email]);
    await expect(resetFactors({ id: person?.id ?? '' })).rejects.toThrow('no second factor');
    expect((await acts.logIn({ email, password: 'teal otters juggle 7 lanterns' })).status).toBe(200);
    const user = await acts.enrolled();
    await app.query(`UPDATE users SET status = 'disabled' WHERE id = $1`, [user.id]);
    await expect(resetFactors(user)).rejects.toThrow('disabled');
    expect(await app.query('SELECT 1 FROM factors WHERE user_id = $1', [user.id])).toHaveLength(1);
  });
});
