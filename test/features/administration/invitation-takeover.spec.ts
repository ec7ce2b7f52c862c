import {
  accept,
  changeUser,
  deleteUser,
  getUser,
  invitationFor,
  invite,
  invited,
  storedUser,
} from '../../support/administration';
import type { TokenBody } from '../../support/api';
import { PASSWORD, type TestApp } from '../../support/app';
import { resetLink } from '../../support/password-reset';
import { expectProblem } from '../../support/problem';
import {
  attemptsOf,
  linkOf,
  logIn,
  newAddress,
  profileOf,
  register,
  verify,
} from '../../support/registrations';
import { expectOpen, expectOver } from '../../support/sessions';
import { sharedApp } from '../../support/shared-app';
import { aMember, aMemberWho, type Member } from '../../support/staff';

const OWNERS = 'nine calm badgers on a ferry';

let app: TestApp;
let admin: Member;

beforeAll(async () => {
  app = await sharedApp({ smtp: true });
  admin = await aMember(app, 'admin');
});

const idOf = async (email: string) =>
  (await app.query<{ id: string }>('SELECT id FROM users WHERE email = $1', [email]))[0]?.id ?? '';
const credentialsOf = async (id: string) => app.query('SELECT * FROM credentials WHERE user_id = $1', [id]);

describe('an account that an attacker planted at an address before its owner was invited', () => {
  let email: string;
  let planted: TokenBody;
  let planter: { email: string; password: string; displayName: string };

  beforeEach(async () => {
    planter = { ...(await app.someone()), displayName: 'Planter' };
    ({ email } = planter);
    await app.query('UPDATE users SET display_name = $2 WHERE email = $1', [email, planter.displayName]);
    planted = await app.signIn(planter);
  });

  it('loses its sessions, its password and its name at once, and keeps its id', async () => {
    const id = await idOf(email);
    expect((await invite(app, admin, { email })).body.id).toBe(id);
    await expectOver(app, planted);
    expect((await logIn(app, planter)).status).toBe(401);
    expect(await credentialsOf(id)).toEqual([]);
    expect((await getUser(app, admin, id)).body).toMatchObject({
      displayName: null,
      emailVerified: false,
    });
  });

  it('loses further registrations: none of their passwords becomes valid', async () => {
    const attempt = { email, password: 'five brisk herons in a tunnel', displayName: 'Second' };
    await register(app, attempt);
    expect(await attemptsOf(app, email)).toHaveLength(1);
    const token = await invited(app, admin, email);
    expect(await attemptsOf(app, email)).toEqual([]);
    expect((await accept(app, token, { password: OWNERS })).status).toBe(204);
    for (const { password } of [planter, attempt])
      expect((await logIn(app, { email, password })).status).toBe(401);
    expect(await profileOf(app, { email, password: OWNERS })).toMatchObject({ displayName: null });
  });

  it('loses the links that were requested for it', async () => {
    const other = newAddress();
    const verification = await linkOf(app, { email: other, password: PASSWORD });
    const password = await resetLink(app, other);
    await invite(app, admin, { email: other });
    expectProblem(await verify(app, verification), 422, 'invalid-or-expired-token');
    const json = { token: password, newPassword: PASSWORD };
    expectProblem(await app.api.post('/v1/auth/password/reset', { json }), 422, 'invalid-or-expired-token');
  });

  it('loses a pending change of address', async () => {
    const elsewhere = newAddress();
    const json = { newEmail: elsewhere, password: PASSWORD };
    await app.api.post('/v1/auth/email/change', { token: planted.accessToken, json });
    const { text } = await app.mailFor(elsewhere);
    const token = /#token=([\w-]+)/.exec(text)?.[1] ?? '';
    await invite(app, admin, { email });
    const answer = await app.api.post('/v1/auth/email/change/confirm', { json: { token } });
    expectProblem(answer, 422, 'invalid-or-expired-token');
    expect(await idOf(email)).not.toBe('');
    expect(await idOf(elsewhere)).toBe('');
  });

  it('goes to the owner even where the attacker registers again afterwards', async () => {
    const token = await invited(app, admin, email);
    await register(app, planter);
    expect((await logIn(app, planter)).status).toBe(401);
    expect((await accept(app, token, { password: OWNERS })).status).toBe(204);
    expect((await logIn(app, planter)).status).toBe(401);
    expect(await profileOf(app, { email, password: OWNERS })).toMatchObject({ displayName: null });
    expect(await attemptsOf(app, email)).toEqual([]);
  });

  it('is left as it is by an invitation that is refused or fails', async () => {
    const reader = await aMemberWho(app, 'users:read');
    expect((await invite(app, reader, { email })).status).toBe(403);
    expect((await invite(app, admin, { email, roles: ['no-such-role'] })).status).toBe(422);
    await expectOpen(app, planted);
    expect((await logIn(app, planter)).status).toBe(200);
  });
});

describe('a verified account', () => {
  it('cannot be invited: 409, and nothing of it changes', async () => {
    const owner = await aMember(app);
    const before = await storedUser(app, owner.id);
    for (const email of [owner.email, owner.email.toUpperCase()])
      expectProblem(await invite(app, admin, { email, displayName: 'Other' }), 409, 'conflict');
    expect(await storedUser(app, owner.id)).toEqual(before);
    expect((await app.api.get('/v1/users/me', owner)).body).toMatchObject({ displayName: null });
    expect((await logIn(app, owner)).status).toBe(200);
  });

  it('that is disabled stays disabled when it is invited', async () => {
    const owner = await aMember(app);
    await changeUser(app, admin, owner.id, { status: 'disabled' });
    expectProblem(await invite(app, admin, { email: owner.email }), 409, 'conflict');
    expect((await logIn(app, owner)).status).toBe(401);
  });

  it('that was deleted is invited as a new one', async () => {
    const owner = await aMember(app, 'admin');
    await deleteUser(app, admin, owner.id);
    const { status, body } = await invite(app, admin, { email: owner.email });
    expect([status, body.roles, body.id === owner.id]).toEqual([201, [], false]);
    await accept(app, await invitationFor(app, owner.email), { password: OWNERS });
    expect((await logIn(app, owner)).status).toBe(401);
  });
});

describe('an account that was disabled before it was verified', () => {
  it('works again once its owner accepts an invitation', async () => {
    const person = await app.someone();
    const { email } = person;
    const id = await idOf(email);
    await changeUser(app, admin, id, { status: 'disabled' });
    const token = await invited(app, admin, email);
    expect((await logIn(app, person)).status).toBe(401);
    expect((await accept(app, token, { password: OWNERS })).status).toBe(204);
    expect(await profileOf(app, { email, password: OWNERS })).toMatchObject({ emailVerified: true });
  });
});
