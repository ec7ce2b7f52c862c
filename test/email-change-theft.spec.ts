import type { TokenBody } from './support/api';
import { PASSWORD, startApp, type TestApp } from './support/app';
import {
  askForChange,
  canSignIn,
  confirmChange,
  expectDead,
  moveTo,
  undoChange,
} from './support/email-change';
import { expectOver } from './support/sessions';
import { newAddress, someoneVerified, type Registration } from './support/registrations';
import { nextLink } from './support/mailbox';
import { reset } from './support/password-reset';

const THIEFS_PASSWORD = 'three sly foxes steal a tractor';
const OWNERS_PASSWORD = 'nine calm badgers on a ferry';

/** Whoever knows the password of an account and moves it to mailboxes of their own. */
describe('a thief who knows the password', () => {
  let app: TestApp;
  let owner: Registration;
  /** The mailboxes the thief reads. */
  let [lair, den] = ['', ''];

  beforeAll(async () => {
    app = await startApp({ smtp: true });
  });

  beforeEach(async () => {
    owner = await someoneVerified(app);
    [lair, den] = [newAddress(), newAddress()];
  });

  afterAll(async () => app.close());

  const at = (email: string, password = PASSWORD): Registration => ({ email, password });
  const later = () => app.clock.advance({ minutes: 1 });
  const forgot = async (email: string) => app.api.post('/v1/auth/password/forgot', { json: { email } });

  /** What came to a thief's mailbox is worth nothing; the owner's address, and only it, signs in with the owner's password. */
  async function expectReturn(undo: string, booty: { sessions?: TokenBody[]; resets?: string[] } = {}) {
    const { status, text } = await undoChange(app, undo);
    expect([status, text]).toEqual([204, '']);
    await expectOver(app, ...(booty.sessions ?? []));
    for (const link of booty.resets ?? []) expectDead(await reset(app, link, THIEFS_PASSWORD));
    await expectHome();
  }

  async function expectHome() {
    expect((await reset(app, await nextLink(app, owner.email), OWNERS_PASSWORD)).status).toBe(204);
    for (const email of [owner.email, lair, den])
      for (const password of [PASSWORD, THIEFS_PASSWORD, OWNERS_PASSWORD])
        expect([email, password, await canSignIn(app, at(email, password))]).toEqual([
          email,
          password,
          email === owner.email && password === OWNERS_PASSWORD,
        ]);
  }

  it('keeps no session, no reset link and no pending change past the undo', async () => {
    const early = await app.signIn(owner);
    const undo = await moveTo(app, owner, lair);
    const late = await app.signIn(at(lair));
    await forgot(lair);
    const resets = [await nextLink(app, lair)];
    await askForChange(app, late, den);
    const confirmation = await nextLink(app, den);
    await expectReturn(undo, { sessions: [early, late], resets });
    expectDead(await confirmChange(app, confirmation));
  });

  it('gets no reset link that was asked for, and not yet sent, when the owner undid it', async () => {
    const undo = await moveTo(app, owner, lair);
    const before = app.smtp.for(lair).length;
    await Promise.all([forgot(lair), undoChange(app, undo)]);
    await app.mailsSent();
    for (const { text } of app.smtp.for(lair).slice(before)) {
      const [, link = ''] = /#token=([\w-]+)/.exec(text) ?? [];
      expectDead(await reset(app, link, THIEFS_PASSWORD));
    }
    expect((await reset(app, await nextLink(app, owner.email), OWNERS_PASSWORD)).status).toBe(204);
  });

  it('who moves on and undoes that from a mailbox of theirs does not end the undo link of the owner', async () => {
    const undo = await moveTo(app, owner, lair);
    later();
    const thiefs = await moveTo(app, at(lair), den);
    later();
    expect((await undoChange(app, thiefs)).status).toBe(204);
    const resets = [await nextLink(app, lair)];
    await forgot(lair);
    resets.push(await nextLink(app, lair));
    await expectReturn(undo, { resets });
  });

  it('who did so and set a password by the link they got does not, either', async () => {
    const undo = await moveTo(app, owner, lair);
    later();
    expect((await undoChange(app, await moveTo(app, at(lair), den))).status).toBe(204);
    expect((await reset(app, await nextLink(app, lair), THIEFS_PASSWORD)).status).toBe(204);
    const sessions = [await app.signIn(at(lair, THIEFS_PASSWORD))];
    const resetNotice = await app.mailFor(lair);
    expect(resetNotice.text).not.toContain('#token=');
    await expectReturn(undo, { sessions });
  });

  it('has no undo link that works once the owner used theirs', async () => {
    const undo = await moveTo(app, owner, lair);
    later();
    const thiefs = [await moveTo(app, at(lair), den)];
    await askForChange(app, await app.signIn(at(den)), newAddress());
    thiefs.push(await nextLink(app, den));
    await expectReturn(undo);
    for (const link of thiefs) expectDead(await undoChange(app, link));
    expect(await canSignIn(app, at(owner.email, OWNERS_PASSWORD))).toBe(true);
  });

  it('has none either where the clock of the next instance is a little behind', async () => {
    const undo = await moveTo(app, owner, lair);
    app.clock.advance({ milliseconds: -5 });
    const link = await moveTo(app, at(lair), den);
    await expectReturn(undo);
    expectDead(await undoChange(app, link));
  });

  it('cannot take the address that became free by registering it', async () => {
    const undo = await moveTo(app, owner, lair);
    const json = { email: owner.email, password: THIEFS_PASSWORD };
    expect((await app.api.post('/v1/auth/register', { json })).status).toBe(202);
    await app.mailsSent();
    expect(await canSignIn(app, at(owner.email, THIEFS_PASSWORD))).toBe(false);
    await expectReturn(undo);
  });

  it('cannot register it either after an undo of their own', async () => {
    const undo = await moveTo(app, owner, lair);
    later();
    expect((await undoChange(app, await moveTo(app, at(lair), den))).status).toBe(204);
    const json = { email: owner.email, password: THIEFS_PASSWORD };
    expect((await app.api.post('/v1/auth/register', { json })).status).toBe(202);
    await app.mailsSent();
    expect(await canSignIn(app, at(owner.email, THIEFS_PASSWORD))).toBe(false);
    await expectReturn(undo);
  });

  it('cannot do so where the owner followed a confirmation that the thief asked for', async () => {
    const undo = await moveTo(app, owner, lair);
    later();
    const back = await moveTo(app, at(lair), owner.email);
    later();
    expect((await undoChange(app, back)).status).toBe(204);
    const json = { email: owner.email, password: THIEFS_PASSWORD };
    expect((await app.api.post('/v1/auth/register', { json })).status).toBe(202);
    await app.mailsSent();
    expect(await canSignIn(app, at(owner.email, THIEFS_PASSWORD))).toBe(false);
    await expectReturn(undo);
  });

  it('cannot give it to an account of theirs', async () => {
    const accomplice = await someoneVerified(app);
    const undo = await moveTo(app, owner, lair);
    await askForChange(app, await app.signIn(accomplice), owner.email);
    expect((await app.mailFor(owner.email)).subject).toBe('You already have an account at Gatehouse');
    await expectReturn(undo);
    expect(await canSignIn(app, accomplice)).toBe(true);
  });

  it('keeps nobody out by changing the password first', async () => {
    const { accessToken: token } = await app.signIn(owner);
    const json = { currentPassword: PASSWORD, newPassword: THIEFS_PASSWORD };
    expect((await app.api.post('/v1/auth/password/change', { token, json })).status).toBe(204);
    expect((await app.mailFor(owner.email)).subject).toMatch(/was changed/);
    await expectReturn(await moveTo(app, at(owner.email, THIEFS_PASSWORD), lair));
  });

  it('keeps nothing of what they do at the very moment of the undo', async () => {
    const undo = await moveTo(app, owner, lair);
    const tokens = await app.signIn(at(lair));
    await forgot(lair);
    const link = await nextLink(app, lair);
    const { accessToken: token } = tokens;
    const change = { currentPassword: PASSWORD, newPassword: THIEFS_PASSWORD };
    const signingIn = app.api.post<TokenBody>('/v1/auth/login', { json: at(lair) });
    const underWay = [
      signingIn,
      app.api.post('/v1/auth/password/change', { token, json: change }),
      askForChange(app, tokens, den),
      reset(app, link, THIEFS_PASSWORD),
    ];
    const undone = undoChange(app, undo);
    await Promise.all(underWay);
    expect((await undone).status).toBe(204);
    const { status, body } = await signingIn;
    await expectOver(app, tokens, ...(status === 200 ? [body] : []));
    await app.mailsSent();
    for (const { text } of app.smtp.for(den)) {
      const [, confirmation = ''] = /#token=([\w-]+)/.exec(text) ?? [];
      expectDead(await confirmChange(app, confirmation));
    }
    await expectHome();
  });

  it('keeps nobody out by using up what may wait at once', async () => {
    const undo = await moveTo(app, owner, lair);
    const tokens = await app.signIn(at(lair));
    for (let times = 0; times < 6; times++) {
      await askForChange(app, tokens, newAddress());
      await forgot(lair);
      await forgot(owner.email);
    }
    await app.mailsSent();
    await expectReturn(undo);
  });
});
