import { FirstAdmin } from '../../../src/features/administration';
import { accept, changeUser, getUser, invitationFor, invite, invited } from '../../support/administration';
import { PASSWORD, type TestApp } from '../../support/app';
import { expectProblem, violations } from '../../support/problem';
import { expectUsedOnce, logIn, newAddress, profileOf } from '../../support/registrations';
import { inParallel } from '../../support/parallel';
import { sharedApp } from '../../support/shared-app';
import { aMember, aRole, type Member } from '../../support/staff';

const DEAD = 'invalid-or-expired-token';
const OTHER = 'nine calm badgers on a ferry';

let app: TestApp;
let admin: Member;
let email: string;

beforeAll(async () => {
  app = await sharedApp({ smtp: true, env: { REQUIRE_VERIFIED_EMAIL: 'true' } });
});

beforeEach(async () => {
  [admin, email] = [await aMember(app, 'admin'), newAddress()];
});

const logsIn = async (password: string) => (await logIn(app, { email, password })).status === 200;
const expectDead = async (token: string) =>
  expectProblem(await accept(app, token), 422, 'invalid-or-expired-token');

describe('an invitation', () => {
  it('creates an account, and responds with it', async () => {
    const written = `  ${email.toUpperCase()} `;
    const answer = await invite(app, admin, { email: written, displayName: 'Ada' });
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({ email, displayName: 'Ada', emailVerified: false, roles: [] });
    expect(answer.headers.get('location')).toBe(`/v1/users/${answer.body.id}`);
    expect((await getUser(app, admin, answer.body.id)).body).toEqual(answer.body);
    expect(await logsIn(PASSWORD)).toBe(false);
  });

  it('comes by mail to the address as it is stored, with one link and the token behind its #', async () => {
    await invite(app, admin, { email: email.toUpperCase() });
    const mail = await app.mailFor(email, 'You are invited to Gatehouse');
    expect(mail.to).toEqual([email]);
    const links = mail.text.match(/https?:\/\/\S+/g) ?? [];
    expect(links).toEqual([
      expect.stringMatching(/^https:\/\/auth\.example\.test\/account[^?#]*#token=in_[\w-]{43}$/),
    ]);
  });

  it('is accepted with a password and a name of the user: the account is verified, and the user is not signed in', async () => {
    const token = await invited(app, admin, email);
    const answer = await accept(app, token, { password: OTHER, displayName: 'Grace' });
    expect([answer.status, answer.text, answer.headers.getSetCookie()]).toEqual([204, '', []]);
    expect(
      await app.query('SELECT s.id FROM sessions s JOIN users u ON u.id = user_id WHERE email = $1', [email]),
    ).toEqual([]);
    const person = { email, password: OTHER };
    expect(await profileOf(app, person)).toMatchObject({ email, emailVerified: true, displayName: 'Grace' });
  });

  it.each([
    [{ password: PASSWORD }, 'Ada'],
    [{ password: PASSWORD, displayName: null }, null],
  ])('keeps the inviter’s name for them unless they say otherwise: %j', async (json, displayName) => {
    await invite(app, admin, { email, displayName: 'Ada' });
    expect((await accept(app, await invitationFor(app, email), json)).status).toBe(204);
    expect(await profileOf(app, { email, password: PASSWORD })).toMatchObject({ displayName });
  });

  it('works once, of three times at once: one password is set, and the roles are assigned once', async () => {
    const role = await aRole(app, 'users:read');
    const token = await invited(app, admin, email, role);
    const passwords = Array.from({ length: 3 }, (_, at) => `${OTHER} number ${at}`);
    const answers = await inParallel(3, async (at) => accept(app, token, { password: passwords[at] }));
    expectUsedOnce(answers);
    await expectDead(token);
    for (const [at, password] of passwords.entries())
      expect(await logsIn(password)).toBe(answers[at]?.status === 204);
    expect(await app.query('SELECT roles FROM users WHERE email = $1', [email])).toEqual([{ roles: [role] }]);
  });

  it('works for seven days', async () => {
    const [token, late] = [await invited(app, admin, email), await invited(app, admin, newAddress())];
    app.clock.advance({ days: 7, milliseconds: -1 });
    expect((await accept(app, token)).status).toBe(204);
    app.clock.advance({ milliseconds: 1 });
    await expectDead(late);
  });

  it('is not accepted with a token that was not sent', async () => {
    for (const token of ['in_', `in_${'A'.repeat(43)}`, `pr_${'A'.repeat(43)}`, '']) await expectDead(token);
  });

  it('is accepted with a password and a name only', async () => {
    const refused: [string, object][] = [
      ['token', { token: null }],
      ['token', { token: ['x'] }],
      ['password', { password: undefined }],
      ['password', { password: 15 }],
      ['password', { password: 'x'.repeat(129) }],
      ['password', { password: '' }],
      ['roles', { roles: ['admin'] }],
      ['email', { email: 'other@example.com' }],
      ['displayName', { displayName: 7 }],
    ];
    for (const [property, odd] of refused) {
      const json = { token: `in_${'A'.repeat(43)}`, password: PASSWORD, ...odd };
      const answer = await app.api.post<never>('/v1/auth/invitations/accept', { json });
      expectProblem(answer, 422, 'validation-failed');
      expect(Object.keys(violations(answer))).toEqual([`/${property}`]);
    }
  });

  it('has a token that neither a reset nor a verification accepts', async () => {
    const token = await invited(app, admin, email);
    for (const [path, json] of [
      ['password/reset', { token, newPassword: OTHER }],
      ['email/verify', { token }],
    ] as const)
      expectProblem(await app.api.post(`/v1/auth/${path}`, { json }), 422, 'invalid-or-expired-token');
    expect((await accept(app, token)).status).toBe(204);
  });

  /** A password that is refused uses nothing up. */
  const isGood = async (token: string) =>
    (await accept(app, token, { password: 'short' })).body.code !== DEAD;

  it('keeps the earlier invitations of its address valid until one of them is used', async () => {
    const tokens = [];
    for (let count = 0; count < 3; count++) tokens.push(await invited(app, admin, email));
    for (const token of tokens) expect(await isGood(token)).toBe(true);
    const [first = '', ...others] = tokens;
    expect((await accept(app, first)).status).toBe(204);
    for (const token of others) await expectDead(token);
  });

  it('revokes those with other roles or of another inviter', async () => {
    const mistaken = await invited(app, admin, email, await aRole(app));
    const corrected = await invited(app, admin, email);
    await expectDead(mistaken);
    const last = await invited(app, await aMember(app, 'admin'), email);
    await expectDead(corrected);
    expect((await accept(app, last)).status).toBe(204);
  });

  it('of the first admin, made four times at once, has four links that work until one is used', async () => {
    const made = await inParallel(4, async () =>
      app.nest.get(FirstAdmin, { strict: false }).create(email, null),
    );
    const tokens = made.map(({ token }) => token?.token ?? '');
    expect(new Set(tokens).size).toBe(4);
    for (const token of tokens) expect(await isGood(token)).toBe(true);
    expect((await accept(app, tokens[2] ?? '')).status).toBe(204);
    for (const token of tokens) await expectDead(token);
    expect((await profileOf(app, { email, password: PASSWORD })).roles).toEqual(['admin']);
  });

  it('is refused with a reason while five invitations of its address are open', async () => {
    const make = async () => app.nest.get(FirstAdmin, { strict: false }).create(email, null);
    const { token } = await make();
    for (let count = 1; count < 5; count++) await make();
    await expect(make()).rejects.toThrow('Five invitations of this address are open');
    expect((await accept(app, token?.token ?? '')).status).toBe(204);
  });

  it('sent three times at once creates one account, and one link works', async () => {
    const answers = await inParallel(3, async () => invite(app, admin, { email }));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    const tokens = [];
    while (tokens.length < 3) tokens.push(await invitationFor(app, email));
    const statuses = [];
    for (const token of tokens) statuses.push((await accept(app, token)).status);
    expect(statuses.toSorted((a, b) => a - b)).toEqual([204, 422, 422]);
  });

  it('is revoked when the account is disabled or deleted', async () => {
    const token = await invited(app, admin, email);
    const { body } = await app.api.get<{ items: { id: string }[] }>(`/v1/users?email=${email}`, admin);
    const id = body.items[0]?.id ?? '';
    expect((await changeUser(app, admin, id, { status: 'disabled' })).status).toBe(200);
    await expectDead(token);
    expect((await app.api.send('DELETE', `/v1/users/${id}`, { token: admin.token })).status).toBe(204);
    await expectDead(token);
  });
});
