import { Client } from 'pg';
import { eventually, type Instance, type Instances, startInstances } from '../kit';
import { TotpOwners } from '../support/totp-owners';

const WAITING = `SELECT count(*)::int AS count FROM pg_locks WHERE relation = 'sessions'::regclass AND NOT granted`;

describe('an application killed with -9 between the use of a proof and the commit', () => {
  let instances: Instances;
  let killed: Instance;
  let other: Instance;

  beforeAll(async () => {
    const { instances: started, all } = await startInstances(2);
    instances = started;
    [killed, other] = all as [Instance, Instance];
  });

  afterAll(async () => instances.clear());

  it('has used up no code, and no sign-in but one of its five attempts', async () => {
    const owners = new TotpOwners(instances);
    const [ada, bob] = [await owners.enrolled(killed), await owners.enrolled(killed)];
    const tokens = [await owners.pendingAt(killed, ada), await owners.pendingAt(killed, bob)];
    const recoveryCode = bob.recoveryCodes[0] ?? '';
    const code = owners.codeNow(ada.secret);
    const complete = async ({ api }: Instance) =>
      Promise.all([
        api.post('/v1/auth/mfa/totp', { json: { mfaToken: tokens[0], code } }),
        api.post('/v1/auth/mfa/recovery-code', { json: { mfaToken: tokens[1], code: recoveryCode } }),
      ]);

    const holder = new Client(instances.database.url);
    await holder.connect();
    // Both have used their proof up, and cannot open the session.
    await holder.query('BEGIN; LOCK TABLE sessions IN SHARE ROW EXCLUSIVE MODE');
    const unanswered = complete(killed).catch((error: unknown) => error);
    await eventually(async () => {
      const [row] = await instances.ask<{ count: number }>(WAITING);
      expect(row?.count).toBe(2);
    });
    await killed.kill();
    await holder.query('ROLLBACK');
    await holder.end();
    expect(await unanswered).toBeInstanceOf(Error);

    expect([await owners.sessionsOf(ada), await owners.sessionsOf(bob)]).toEqual([0, 0]);
    expect(await instances.ask('SELECT attempts_left AS left FROM pending_sign_ins')).toEqual([
      { left: 4 },
      { left: 4 },
    ]);
    expect((await complete(other)).map(({ status }) => status)).toEqual([200, 200]);
    expect((await complete(other)).map(({ status }) => status)).toEqual([401, 401]);
    expect([await owners.sessionsOf(ada), await owners.sessionsOf(bob)]).toEqual([1, 1]);
  });
});
