import type { TokenBody } from '../support/api';
import { PASSWORD, startApp, type TestApp } from '../support/app';
import { askForChange, confirmChange, expectDead, moveTo, undoChange } from '../support/email-change';
import { nextLink } from '../support/mailbox';
import { reset } from '../support/password-reset';
import { newAddress, type Registration } from '../support/registrations';
import { expectOver } from '../support/sessions';
import { expectHome, expectReturn, OWNERS_PASSWORD, Theft, THIEFS_PASSWORD } from '../support/theft';

describe('a thief who knows the password and moves the account', () => {
  let app: TestApp;
  let theft: Theft;
  let owner: Registration;
  let lair: string;
  let den: string;

  beforeAll(async () => {
    app = await startApp({ smtp: true });
  });

  beforeEach(async () => {
    theft = await Theft.begin(app);
    ({ owner, lair, den } = theft);
  });

  afterAll(async () => app.close());

  const later = () => app.clock.advance({ minutes: 1 });

  it('does not end the undo link of the owner by an undo of their own', async () => {
    const undo = await moveTo(app, owner, lair);
    later();
    const thiefs = await moveTo(app, theft.at(lair), den);
    later();
    expect((await undoChange(app, thiefs)).status).toBe(204);
    const resets = [await nextLink(app, lair)];
    await theft.forgot(lair);
    resets.push(await nextLink(app, lair));
    await expectReturn(theft, undo, { resets });
  });

  it('has no undo link that works after the owner used theirs, where the clock of the next instance is behind', async () => {
    const undo = await moveTo(app, owner, lair);
    app.clock.advance({ milliseconds: -5 });
    const link = await moveTo(app, theft.at(lair), den);
    await expectReturn(theft, undo);
    expectDead(await undoChange(app, link));
  });

  it('cannot register the address after an undo of their own', async () => {
    const undo = await moveTo(app, owner, lair);
    later();
    expect((await undoChange(app, await moveTo(app, theft.at(lair), den))).status).toBe(204);
    await theft.triesToRegister();
    await expectReturn(theft, undo);
  });

  it('cannot register it where the owner followed a confirmation that the thief asked for', async () => {
    const undo = await moveTo(app, owner, lair);
    later();
    const back = await moveTo(app, theft.at(lair), owner.email);
    later();
    expect((await undoChange(app, back)).status).toBe(204);
    await theft.triesToRegister();
    await expectReturn(theft, undo);
  });

  it('does not keep the owner out by using up what may be pending at once', async () => {
    const undo = await moveTo(app, owner, lair);
    const tokens = await app.signIn(theft.at(lair));
    for (let times = 0; times < 6; times++) {
      await askForChange(app, tokens, newAddress());
      await theft.forgot(lair);
      await theft.forgot(owner.email);
    }
    await app.mailsSent();
    await expectReturn(theft, undo);
  });

  it('gets no reset link that works by asking at the moment of the undo', async () => {
    const undo = await moveTo(app, owner, lair);
    const before = app.smtp.for(lair).length;
    await Promise.all([theft.forgot(lair), undoChange(app, undo)]);
    await app.mailsSent();
    for (const { text } of app.smtp.for(lair).slice(before)) {
      const [, link = ''] = /#token=([\w-]+)/.exec(text) ?? [];
      expectDead(await reset(app, link, THIEFS_PASSWORD));
    }
    expect((await reset(app, await nextLink(app, owner.email), OWNERS_PASSWORD)).status).toBe(204);
  });

  it('keeps nothing of what they do at the moment of the undo', async () => {
    const undo = await moveTo(app, owner, lair);
    const tokens = await app.signIn(theft.at(lair));
    await theft.forgot(lair);
    const link = await nextLink(app, lair);
    const { accessToken: token } = tokens;
    const change = { currentPassword: PASSWORD, newPassword: THIEFS_PASSWORD };
    const signingIn = app.api.post<TokenBody>('/v1/auth/login', { json: theft.at(lair) });
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
    await expectHome(theft);
  });
});
