import { accept, invitationFor, invite } from './support/administration';
import { startApp, type TestApp } from './support/app';
import { expectProblem, violations } from './support/problem';
import { newAddress, profileOf } from './support/registrations';
import { aMember, type Member } from './support/staff';

const GOOD = 'nine calm badgers on a ferry';

let app: TestApp;
let admin: Member;
let email: string;
let token: string;

beforeAll(async () => {
  app = await startApp({ smtp: true, estimates: true });
  admin = await aMember(app, 'admin');
});

beforeEach(async () => {
  email = newAddress();
  await invite(app, admin, { email, displayName: 'Augusta Lovelace' });
  token = await invitationFor(app, email);
});

afterAll(async () => app.close());

describe('the password that an invitation is accepted with', () => {
  it.each<[string, () => string]>([
    ['short', () => 'x9!kq'],
    ['too long', () => 'x'.repeat(129)],
    ['empty', () => ''],
    ['common', () => 'passwordpassword'],
    ['the address', () => email],
    ['the name that the inviter wrote', () => 'augusta lovelace'],
  ])('is refused when it is %s, and the link goes on working', async (_, password) => {
    const answer = await accept(app, token, { password: password() });
    expectProblem(answer, 422, 'validation-failed');
    expect(Object.keys(violations(answer))).toEqual(['/password']);
    expect((await accept(app, token, { password: GOOD })).status).toBe(204);
    expect(await profileOf(app, { email, password: GOOD })).toMatchObject({ emailVerified: true });
  });

  it('is measured by the name that is chosen with it', async () => {
    const json = { password: 'grace brewster hopper', displayName: 'Grace Brewster Hopper' };
    expect(violations(await accept(app, token, json))).toHaveProperty('/password');
    expect((await accept(app, token, { ...json, displayName: null })).status).toBe(204);
  });

  it('is not looked at where the link is dead: nobody tries passwords with nothing', async () => {
    await accept(app, token, { password: GOOD });
    expectProblem(await accept(app, token, { password: email }), 422, 'invalid-or-expired-token');
  });

  it.each([
    ['token', { token: undefined }],
    ['token', { token: null }],
    ['token', { token: ['x'] }],
    ['password', { password: undefined }],
    ['password', { password: 15 }],
    ['roles', { roles: ['admin'] }],
    ['email', { email: 'other@example.com' }],
    ['displayName', { displayName: 7 }],
  ])('comes with nothing but the link and a name: a wrong %s is refused in %j', async (property, odd) => {
    const json = { token, password: GOOD, ...odd };
    const answer = await app.api.post<never>('/v1/auth/invitations/accept', { json });
    expectProblem(answer, 422, 'validation-failed');
    expect(Object.keys(violations(answer))).toEqual([`/${property}`]);
  });
});
