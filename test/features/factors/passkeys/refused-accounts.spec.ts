import { RateLimiter } from '../../../../src/platform/rate-limits';
import { RIGHT_PASSWORDS } from '../../../../src/auth/auth.rate-limits';
import { startApp, type TestApp } from '../../../support/app';
import { PasskeyActs } from '../../../support/passkeys';

describe('a sign-in by a passkey', () => {
  let app: TestApp;
  let acts: PasskeyActs;

  beforeAll(async () => {
    app = await startApp({ smtp: true, limits: true, env: { REQUIRE_VERIFIED_EMAIL: 'true' } });
    acts = new PasskeyActs(app);
  });
  afterAll(async () => app.close());

  it.each([
    ['a disabled user', `status = 'disabled'`],
    ['an unverified user', 'email_verified = false'],
  ])('of %s gets the same answer as a wrong signature', async (_, change) => {
    const { id, passkey } = await acts.enrolled();
    const wrong = await acts.logIn(passkey, { signature: Buffer.alloc(64) });
    await app.query(`UPDATE users SET ${change} WHERE id = $1`, [id]);
    const { status, body } = await acts.logIn(passkey);
    expect(status).toBe(401);
    expect({ ...body, instance: '' }).toEqual({ ...wrong.body, instance: '' });
    // The attempt is in the audit trail of the account, as one by password.
    const failed = 'SELECT 1 FROM audit_events WHERE type = $1 AND subject_id = $2';
    expect(await app.query(failed, ['sign-in-failed', id])).toHaveLength(1);
  });

  it('is not kept from the owner by an attacker who has used up the limit of correct passwords', async () => {
    const user = await acts.enrolled();
    const limiter = app.nest.get(RateLimiter);
    for (let count = 0; count <= RIGHT_PASSWORDS.quota; count++)
      await limiter.consume(RIGHT_PASSWORDS, user.id).catch(() => undefined);
    expect((await acts.steps.logIn(user)).status).toBe(429);
    expect((await acts.logIn(user.passkey)).status).toBe(200);
  });

  it('has 120 options a minute from one source', async () => {
    const { policies } = {
      policies: (await app.api.get<{ limits: { name: string }[] }>('/v1/auth/policy')).body.limits,
    };
    expect(policies).toContainEqual(
      expect.objectContaining({ name: 'passkey-options', per: 'source', quota: 120, windowSeconds: 60 }),
    );
    const statuses: number[] = [];
    for (let count = 0; count < 121; count++) statuses.push((await acts.options()).status);
    expect([statuses[0], statuses.at(-1)]).toEqual([200, 429]);
  });
});
