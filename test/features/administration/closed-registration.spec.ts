import { FirstAdmin } from '../../../src/features/administration';
import { INVITATION } from '../../../src/features/administration/invitation';
import { OneTimeTokens } from '../../../src/platform/one-time-tokens';
import { accept, invite } from '../../support/administration';
import { PASSWORD, type TestApp } from '../../support/app';
import { expectProblem } from '../../support/problem';
import { newAddress, profileOf } from '../../support/registrations';
import { sharedApp } from '../../support/shared-app';
import { aMember, aMemberWho } from '../../support/staff';
import { tokenIn } from '../../support/smtp-sink';

describe('registration by invitation only', () => {
  it('refuses a registration and lets an invited user in', async () => {
    const app = await sharedApp({ smtp: true, env: { REGISTRATION: 'invited' } });
    const email = newAddress();
    const json = { email, password: PASSWORD };
    expectProblem(await app.api.post('/v1/auth/register', { json }), 403, 'registration-closed');
    expect((await invite(app, await aMember(app, 'admin'), { email })).status).toBe(201);
    expect((await accept(app, tokenIn(await app.mailFor(email)))).status).toBe(204);
    expect(await profileOf(app, { email, password: PASSWORD })).toMatchObject({ email, emailVerified: true });
  });
});

describe('a registration that is off', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await sharedApp({ smtp: true, env: { REGISTRATION: 'off' } });
  });

  it('refuses an invitation, and creates no account', async () => {
    const [admin, email] = [await aMember(app, 'admin'), newAddress()];
    expectProblem(await invite(app, admin, { email }), 403, 'registration-closed');
    expect(await app.query('SELECT id FROM users WHERE email = $1', [email])).toEqual([]);
  });

  it('says so only to a caller who may invite', async () => {
    const eve = await aMemberWho(app, 'users:read');
    expectProblem(await invite(app, eve, { email: newAddress() }), 403, 'insufficient-permission');
  });

  it('refuses an invitation that was sent before', async () => {
    const [{ id: by }, { email }] = [await aMember(app, 'admin'), await app.someone()];
    const [user] = await app.query<{ id: string }>('SELECT id FROM users WHERE email = $1', [email]);
    const invitation = { userId: user?.id ?? '', details: { by, roles: '' } };
    const issued = await app.database.transaction(async () =>
      app.nest.get(OneTimeTokens).issue(INVITATION, invitation),
    );
    const token = issued?.token ?? '';
    expectProblem(await accept(app, token), 403, 'registration-closed');
    expect(await profileOf(app, { email, password: PASSWORD })).toMatchObject({ emailVerified: false });
  });

  it('accepts the invitation of a command', async () => {
    const email = newAddress();
    const { token } = await app.nest.get(FirstAdmin).create(email, null);
    expect((await accept(app, token?.token ?? '')).status).toBe(204);
    expect((await profileOf(app, { email, password: PASSWORD })).roles).toEqual(['admin']);
  });
});
