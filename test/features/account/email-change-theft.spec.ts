import { PASSWORD, type TestApp } from '../../support/app';
import {
  askForChange,
  canSignIn,
  confirmChange,
  expectDead,
  moveTo,
  undoChange,
} from '../../support/email-change';
import { nextLink } from '../../support/mailbox';
import { reset } from '../../support/password-reset';
import { newAddress, someoneVerified, type Registration } from '../../support/registrations';
import { sharedApp } from '../../support/shared-app';
import { expectReturn, OWNERS_PASSWORD, Theft, THIEFS_PASSWORD } from '../../support/theft';

// Races and further routes of the same attack: test/slow/email-change-theft.spec.ts.
describe('an attacker who knows the password and changes the address', () => {
  let app: TestApp;
  let theft: Theft;
  let owner: Registration;
  let lair: string;
  let den: string;

  beforeAll(async () => {
    app = await sharedApp({ smtp: true });
  });

  beforeEach(async () => {
    theft = await Theft.begin(app);
    ({ owner, lair, den } = theft);
  });

  const later = () => app.clock.advance({ minutes: 1 });

  it('keeps no session, no reset link and no pending change after the undo', async () => {
    const early = await app.signIn(owner);
    const undo = await moveTo(app, owner, lair);
    const late = await app.signIn(theft.at(lair));
    await theft.forgot(lair);
    const resets = [await nextLink(app, lair)];
    await askForChange(app, late, den);
    const confirmation = await nextLink(app, den);
    await expectReturn(theft, undo, { sessions: [early, late], resets });
    expectDead(await confirmChange(app, confirmation));
  });

  it('does not end the undo link of the owner by an undo of their own and the password that it lets them set', async () => {
    const undo = await moveTo(app, owner, lair);
    later();
    expect((await undoChange(app, await moveTo(app, theft.at(lair), den))).status).toBe(204);
    await theft.triesToRegister();
    expect((await reset(app, await nextLink(app, lair), THIEFS_PASSWORD)).status).toBe(204);
    const sessions = [await app.signIn(theft.at(lair, THIEFS_PASSWORD))];
    expect((await app.mailFor(lair)).text).not.toContain('#token=');
    await expectReturn(theft, undo, { sessions });
  });

  it('has no valid undo link after the owner has used theirs', async () => {
    const undo = await moveTo(app, owner, lair);
    later();
    const links = [await moveTo(app, theft.at(lair), den)];
    await askForChange(app, await app.signIn(theft.at(den)), newAddress());
    links.push(await nextLink(app, den));
    await expectReturn(theft, undo);
    for (const link of links) expectDead(await undoChange(app, link));
    expect(await canSignIn(app, { email: owner.email, password: OWNERS_PASSWORD })).toBe(true);
  });

  it('cannot register the former address of the account', async () => {
    const undo = await moveTo(app, owner, lair);
    await theft.triesToRegister();
    await expectReturn(theft, undo);
  });

  it('cannot change another account to that address', async () => {
    const accomplice = await someoneVerified(app);
    const undo = await moveTo(app, owner, lair);
    await askForChange(app, await app.signIn(accomplice), owner.email);
    expect((await app.mailFor(owner.email)).subject).toBe('You already have an account at Gatehouse');
    await expectReturn(theft, undo);
    expect(await canSignIn(app, accomplice)).toBe(true);
  });

  it('does not lock the owner out by changing the password first', async () => {
    const { accessToken: token } = await app.signIn(owner);
    const json = { currentPassword: PASSWORD, newPassword: THIEFS_PASSWORD };
    expect((await app.api.post('/v1/auth/password/change', { token, json })).status).toBe(204);
    expect((await app.mailFor(owner.email)).subject).toMatch(/was changed/);
    await expectReturn(theft, await moveTo(app, theft.at(owner.email, THIEFS_PASSWORD), lair));
  });
});
