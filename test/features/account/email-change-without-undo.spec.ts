import { OneTimeTokens } from '../../../src/platform/one-time-tokens';
import { startApp, type TestApp } from '../../support/app';
import { askForChange, canSignIn, confirmChange, expectDead, undoChange } from '../../support/email-change';
import { nextLink, nextMail } from '../../support/mailbox';
import { newAddress, someoneVerified } from '../../support/registrations';

const UNDO = { name: 'email-change-undo', prefix: 'eu_', lifetimeMs: 86_400_000, lasting: true };

describe('a change of address where no module sends the mail that sets a password after an undo', () => {
  const log: string[] = [];
  let app: TestApp;

  beforeAll(async () => {
    app = await startApp({
      smtp: true,
      env: { LOG_LEVEL: 'warn' },
      withoutModules: ['PasswordResetModule'],
      log,
    });
  });

  afterAll(async () => app.close());

  const undoLinksOf = async (email: string) =>
    app.query(
      `SELECT 1 FROM one_time_tokens JOIN users ON users.id = user_id WHERE users.email = $1 AND purpose = $2`,
      [email, UNDO.name],
    );

  it('is announced at the start by one warning that names the module', () => {
    const warnings = log.filter((line) => line.includes('address-restored'));
    expect(warnings).toHaveLength(1);
    expect(JSON.parse(warnings[0] ?? '')).toMatchObject({
      level: 40,
      msg: 'No module sends the mail "address-restored" (password-reset does): a change of an e-mail address cannot be undone.',
    });
  });

  it('sends the former mailbox a notice without a link, and stores no undo token', async () => {
    const person = await someoneVerified(app);
    const newEmail = newAddress();
    expect((await askForChange(app, await app.signIn(person), newEmail)).status).toBe(202);
    const { text, html } = await nextMail(app, person.email, 'undo');
    expect(text).toContain('someone else knows your password. Change it immediately.');
    for (const part of [text, html]) expect(part).not.toMatch(/:\/\/|eu_|<a /);
    expect(await undoLinksOf(person.email)).toEqual([]);
    expect((await confirmChange(app, await nextLink(app, newEmail, 'newAddress'))).status).toBe(204);
    expect(await canSignIn(app, { ...person, email: newEmail })).toBe(true);
  });

  it('refuses an undo link that was sent earlier, and leaves the account as it is', async () => {
    const person = await someoneVerified(app);
    const [user] = await app.query<{ id: string }>('SELECT id FROM users WHERE email = $1', [person.email]);
    const tokens = app.nest.get(OneTimeTokens);
    const request = { userId: user?.id ?? '', details: { email: person.email } };
    const token = (await tokens.issue(UNDO, request))?.token ?? '';
    expectDead(await undoChange(app, token));
    expect(await tokens.get(UNDO, token)).toMatchObject(request);
    expect(await canSignIn(app, person)).toBe(true);
  });
});
