import { startApp, type TestApp } from '../../../support/app';
import { reset, resetLink } from '../../../support/password-reset';
import { TotpActs } from '../../../support/totp';

const NEW = 'quite another 7 lantern juggles otters';

describe('an attack on factors: deadlocks and changes between the steps', () => {
  let app: TestApp;
  let acts: TotpActs;
  beforeAll(async () => {
    app = await startApp({ smtp: true });
    acts = new TotpActs(app);
  });
  afterAll(async () => app.close());
  it('completions and removals at once do not end in a deadlock', async () => {
    const statuses: string[] = [];
    for (let round = 0; round < 4; round++) {
      const user = await acts.enrolled();
      const { accessToken: token } = await acts.signIn(user);
      const tokens = [await acts.pending(user), await acts.pending(user), await acts.pending(user)];
      const answers = await Promise.all([
        ...tokens.map(async (mfa) => acts.complete(mfa, acts.code(user.secret))),
        app.api.delete(`/v1/auth/factors/${user.factorId}`, { token }),
        app.api.delete(`/v1/auth/factors/${user.factorId}`, { token }),
      ]);
      statuses.push(...answers.map(({ status }) => String(status)));
    }
    expect(statuses.filter((status) => Number(status) >= 500)).toEqual([]);
  });

  it('a pending sign-in by the former password ends with a change of the password', async () => {
    const user = await acts.enrolled();
    const { accessToken: token } = await acts.signIn(user);
    const mfa = await acts.pending(user);
    const changed = await app.api.post('/v1/auth/password/change', {
      token,
      json: { currentPassword: user.password, newPassword: NEW },
    });
    expect([changed.status]).toEqual([204]);
    expect((await acts.complete(mfa, acts.code(user.secret))).status).toBe(401);
  });
  it('and with a reset by mail', async () => {
    const user = await acts.enrolled();
    const mfa = await acts.pending(user);
    expect((await reset(app, await resetLink(app, user.email), NEW)).status).toBe(204);
    expect((await acts.complete(mfa, acts.code(user.secret))).status).toBe(401);
  });
});
