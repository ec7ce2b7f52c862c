import { AccountSite, NEW_PASSWORD, PASSWORD, type Visitor } from '../support/account-visitor';
import { totpCode } from '../support/totp';
import { VirtualAuthenticator } from '../support/virtual-authenticator';

describe('the account pages, in Chromium', () => {
  let site: AccountSite;

  beforeAll(async () => {
    site = await AccountSite.start();
  });
  afterAll(async () => site?.close());

  const expectAccessible = async (visitor: Visitor) =>
    expect(await visitor.accessibilityFaults()).toEqual([]);
  const posts = ({ requests }: Visitor) => requests.filter(({ method }) => method === 'POST');
  /** Nothing went wrong in the browser, and all requests went to the application. */
  const expectCalm = async (visitor: Visitor) => {
    expect(visitor.faults).toEqual([]);
    expect(visitor.requests.filter(({ url }) => !url.startsWith(site.url))).toEqual([]);
    await visitor.profile.close();
  };

  it('sign up, confirm the address by a click, sign in, change the name and the password, sign out', async () => {
    const visitor = await site.visitor();
    const { page, email } = visitor;
    await visitor.open('');
    await visitor.sees('Sign in');
    await expectAccessible(visitor);
    await page.getByRole('link', { name: 'Create an account' }).click();
    await visitor.sees('Create an account');
    await visitor.reads('At least 15 characters');
    await visitor.submit({ email: 'nobody', password: 'short' });
    await visitor.reads('Enter an email address, such as ada@example.com.');
    await visitor.reads('Enter at least 15 characters.');
    await expectAccessible(visitor);
    await visitor.submit({ email, displayName: 'Ada', password: `${email} ${email}` });
    await visitor.reads('This password is made of your email address');
    await visitor.submit({ password: PASSWORD });
    await visitor.sees('Check your mail');
    await expectAccessible(visitor);

    const token = await site.tokenFor(email);
    visitor.requests.length = 0;
    await visitor.open(`#token=${token}`);
    await visitor.sees('Confirm your address');
    await expectAccessible(visitor);
    expect(page.url()).toBe(`${site.url}/account`);
    // The first request is that of the page; the script removes the token before it sends any.
    const scripted = visitor.requests.filter(({ url }) => url.includes('/v1/'));
    expect(scripted.filter(({ url, address }) => `${url} ${address}`.includes(token))).toEqual([]);
    expect(posts(visitor)).toEqual([]);
    await visitor.submit();
    await visitor.sees('Your address is confirmed');
    await expectAccessible(visitor);
    await page.getByRole('link', { name: 'Continue' }).click();
    await visitor.sees('Sign in');
    await visitor.submit({ email, password: 'a wrong password of some length' });
    await visitor.reads('The email address or the password is wrong');
    expect(await page.locator('[name=email]').inputValue()).toBe(email);
    await expectAccessible(visitor);
    await visitor.submit({ password: PASSWORD });
    await visitor.sees('Your account');
    await visitor.reads('This device');
    await expectAccessible(visitor);
    expect(await visitor.stored()).toBe('["",{},{}]');

    await visitor.submit({ displayName: 'Ada Lovelace' }, 'Save');
    await visitor.reads('Saved.');
    await page.locator('summary', { hasText: 'Change password' }).click();
    await expectAccessible(visitor);
    const change = { currentPassword: 'a wrong password of some length', newPassword: NEW_PASSWORD };
    await visitor.submit(change, 'Change password');
    await visitor.reads('The password is wrong.');
    await visitor.submit({ currentPassword: PASSWORD }, 'Change password');
    await visitor.reads('Your password is changed.');
    await page.locator('.bar button').click();
    await visitor.sees('Sign in');
    await visitor.reads('You are signed out.');
    // The back button leads to no page that shows anything of the account.
    await page.goto('about:blank');
    await page.goBack();
    await visitor.sees('Sign in');
    expect(await page.locator('body').textContent()).not.toContain(email);
    await expectCalm(visitor);
  });

  it('set a forgotten password by a link that works once', async () => {
    const visitor = await site.member();
    await visitor.open('/forgot-password');
    await expectAccessible(visitor);
    await visitor.submit({ email: visitor.email });
    await visitor.sees('Check your mail');
    const token = await site.tokenFor(visitor.email);
    await visitor.open(`#token=${token}`);
    await visitor.sees('Set a new password');
    await expectAccessible(visitor);
    await visitor.submit({ newPassword: NEW_PASSWORD });
    await visitor.sees('Your password is set');
    // In the same tab only the fragment changes.
    await visitor.page.goto(`${site.url}/account#token=${token}`);
    await visitor.sees('Set a new password');
    await visitor.submit({ newPassword: NEW_PASSWORD });
    await visitor.sees('This link no longer works');
    await expectAccessible(visitor);
    await visitor.page.getByRole('link', { name: 'Request a new link' }).click();
    await visitor.sees('Forgot your password?');
    await visitor.signIn(NEW_PASSWORD);
    await visitor.sees('Your account');
    await expectCalm(visitor);
  });

  it('accept an invitation', async () => {
    const visitor = await site.visitor();
    await visitor.page.goto(await site.invite(visitor.email));
    await visitor.sees('Accept your invitation');
    await expectAccessible(visitor);
    await visitor.submit({ displayName: 'Grace', password: PASSWORD });
    await visitor.sees('Your account is ready');
    await visitor.signIn();
    await visitor.sees('Your account');
    await expectCalm(visitor);
  });

  it('change the address, and undo the change from the former one', async () => {
    const visitor = await site.member();
    const { page, email } = visitor;
    await visitor.signIn();
    await page.locator('summary', { hasText: 'Change address' }).click();
    await visitor.submit({ newEmail: `new-${email}`, password: PASSWORD }, 'Change address');
    await visitor.reads(`We sent a mail to new-${email}`);
    const [confirmation, undo] = [await site.tokenFor(`new-${email}`), await site.tokenFor(email)];
    await visitor.open(`#token=${confirmation}`);
    await visitor.sees('Confirm your new address');
    await visitor.submit();
    await visitor.sees('Your new address is confirmed');
    await visitor.open(`#token=${undo}`);
    await visitor.sees('Undo the change of your address');
    await expectAccessible(visitor);
    await visitor.submit();
    await visitor.sees('The change is undone');
    expect(await site.tokenFor(email)).toMatch(/^pr_/);
    await expectCalm(visitor);
  });

  it('add a second factor, sign in with it and with a recovery code, and remove it by the link of its notice', async () => {
    const visitor = await site.member();
    const { page, email } = visitor;
    await visitor.signIn();
    const { secret, codes } = await visitor.addApp();
    expect(codes).toHaveLength(10);
    await expectAccessible(visitor);
    const undo = await site.tokenFor(email);
    await visitor.press('I have stored them');
    await visitor.reads('10 recovery codes left');
    await page.locator('.bar button').click();
    await visitor.sees('Sign in');

    await visitor.submit({ email, password: PASSWORD });
    await visitor.sees('Second step');
    await expectAccessible(visitor);
    // The code that added the app is used up, and so is any earlier one.
    await visitor.submit({ code: totpCode(secret, Date.now(), { steps: -1 }) });
    await visitor.reads('This code is wrong or was used already.');
    await visitor.submit({ code: totpCode(secret, Date.now(), { steps: 1 }) });
    await visitor.sees('Your account');
    await page.locator('.bar button').click();
    await visitor.sees('Sign in');
    await visitor.submit({ email, password: PASSWORD });
    await visitor.press('Use a recovery code');
    await visitor.submit({ code: codes[0]?.toLowerCase() ?? '' });
    await visitor.sees('Your account');
    await visitor.reads('9 recovery codes left');

    await visitor.open(`#token=${undo}`);
    await visitor.sees('Remove the second factor');
    await expectAccessible(visitor);
    await visitor.submit();
    await visitor.sees('Your account is secured');
    await page.getByRole('link', { name: 'Continue' }).click();
    await visitor.sees('Sign in');
    await expectCalm(visitor);
  });

  it('add a passkey, sign in with it beside the password and alone, and remove it', async () => {
    const visitor = await site.member();
    const { page, email } = visitor;
    const authenticator = await VirtualAuthenticator.of(page);
    await visitor.signIn();
    await visitor.press('Add a passkey');
    await visitor.reads('Store your recovery codes');
    await visitor.press('I have stored them');
    await visitor.reads('10 recovery codes left');
    await expectAccessible(visitor);
    expect(await authenticator.credentials()).toHaveLength(1);

    // Without the touch of the user the autofill waits, as it does for a person who types a password.
    await authenticator.setPresent(false);
    await page.locator('.bar button').click();
    await visitor.sees('Sign in');
    await visitor.submit({ email, password: PASSWORD });
    await visitor.sees('Second step');
    await visitor.reads('Use your passkey to go on.');
    await expectAccessible(visitor);
    await authenticator.setPresent(true);
    await visitor.press('Use a passkey');
    await visitor.sees('Your account');

    await authenticator.setPresent(false);
    await page.locator('.bar button').click();
    await visitor.sees('Sign in');
    await expectAccessible(visitor);
    await authenticator.setPresent(true);
    await visitor.press('Sign in with a passkey');
    await visitor.sees('Your account');
    expect(await visitor.stored()).toBe('["",{},{}]');
    await visitor.press('Remove Passkey');
    await visitor.reads('Add one, so that your password alone is not enough to sign in.');
    expect(await authenticator.credentials()).toEqual([]);
    await expectCalm(visitor);
  });

  it('confirm the password again where the sign-in is no longer recent', async () => {
    const visitor = await site.member();
    await visitor.signIn();
    await visitor.sees('Your account');
    await site.query(
      `UPDATE sessions SET authenticated_at = authenticated_at - interval '1 hour'
       WHERE user_id = (SELECT id FROM users WHERE email = $1)`,
      [visitor.email],
    );
    await visitor.page.evaluate(`fetch('/v1/auth/refresh', { method: 'POST' })`);
    await visitor.press('Add an authenticator app');
    await visitor.page.getByRole('heading', { name: 'Confirm that it is you' }).waitFor();
    await expectAccessible(visitor);
    await visitor.press('Cancel');
    await visitor.press('Add an authenticator app');
    await visitor.submit({ password: 'a wrong password of some length' }, 'Confirm');
    await visitor.reads('The password is wrong.');
    await visitor.submit({ password: PASSWORD }, 'Confirm');
    await visitor.reads('Set up your authenticator app');
    await expectAccessible(visitor);
    await expectCalm(visitor);
  });

  it('end a session from another device, and that device asks to sign in', async () => {
    const visitor = await site.member();
    await visitor.signIn();
    await visitor.sees('Your account');
    const there = await site.visitor();
    await there.open('/sign-in');
    await there.submit({ email: visitor.email, password: PASSWORD });
    await there.sees('Your account');
    const before = await visitor.anotherTab();
    await there.press('Sign out all other devices');
    await there.reads('Signed out.');
    await visitor.submit({ displayName: 'Ada' }, 'Save');
    await visitor.sees('Sign in');
    await visitor.reads('You have been signed out.');
    // The other tab of the same browser knows as well.
    await before.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect(await before.locator('body').textContent()).not.toContain(visitor.email);
    await expectCalm(visitor);
    await expectCalm(there);
  });

  it('end the session that a notice tells of', async () => {
    const visitor = await site.member();
    await visitor.signIn();
    await visitor.page.locator('summary', { hasText: 'Change password' }).click();
    await visitor.submit({ currentPassword: PASSWORD, newPassword: NEW_PASSWORD }, 'Change password');
    await visitor.reads('Your password is changed.');
    const token = await site.tokenFor(visitor.email);
    expect(token).toMatch(/^se_/);
    const elsewhere = await site.visitor();
    await elsewhere.open(`#token=${token}`);
    await elsewhere.sees('Sign out this device');
    await expectAccessible(elsewhere);
    await elsewhere.submit();
    await elsewhere.sees('The session is ended');
    await expectAccessible(elsewhere);
    await visitor.submit({ displayName: 'Ada' }, 'Save');
    await visitor.sees('Sign in');
    await expectCalm(visitor);
    await expectCalm(elsewhere);
  });

  it('keep what was typed while the server cannot be reached, and send it once it can', async () => {
    const visitor = await site.member();
    const { page, email } = visitor;
    await visitor.open('/sign-in');
    await page.route('**/v1/**', async (route) => route.abort());
    await visitor.submit({ email, password: PASSWORD });
    await visitor.reads('The server cannot be reached.');
    await expectAccessible(visitor);
    expect(await page.locator('[name=password]').inputValue()).toBe(PASSWORD);
    await page.unroute('**/v1/**');
    // A slow network and an impatient user: one request.
    await page.route('**/v1/auth/login*', async (route) => {
      await new Promise((resolve) => setTimeout(resolve, 300));
      await route.continue();
    });
    visitor.requests.length = 0;
    await page.locator('button[type=submit]').dblclick();
    await visitor.sees('Your account');
    expect(visitor.requests.filter(({ url }) => url.includes('/login'))).toHaveLength(1);
    await expectCalm(visitor);
  });

  it('are usable by keyboard alone, at 320 px, and in German, which a click chooses without losing what was typed', async () => {
    const visitor = await site.member();
    const { page, email } = visitor;
    await page.setViewportSize({ width: 320, height: 640 });
    await visitor.open('/sign-in');
    await page.locator('[name=email]').focus();
    await page.keyboard.type(email);
    await page.keyboard.press('Tab');
    await page.keyboard.type(PASSWORD);
    await visitor.press('Deutsch');
    await visitor.sees('Anmelden');
    expect(await page.locator('html').getAttribute('lang')).toBe('de');
    expect(await page.locator('[name=password]').inputValue()).toBe(PASSWORD);
    await page.locator('[name=password]').focus();
    await page.keyboard.press('Enter');
    await visitor.sees('Ihr Konto');
    await expectAccessible(visitor);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320);
    // The choice is kept, and is all that is.
    await page.reload();
    await visitor.sees('Ihr Konto');
    expect(await visitor.stored()).toBe('["account-language=de",{},{}]');
    await expectCalm(visitor);
  });
});
