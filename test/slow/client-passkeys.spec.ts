import type { BrowserContext, Page } from 'playwright-core';
import { ClientStage } from '../support/client-stage';
import { eventually } from '../support/eventually';
import { VirtualAuthenticator } from '../support/virtual-authenticator';

const EXPORT = '/v1/users/me/export';
const READ = `client.api.GET("${EXPORT}").then(({ response }) => response.status)`;

/** A tab with an authenticator of its own. */
class Tab {
  private constructor(
    readonly page: Page,
    readonly authenticator: VirtualAuthenticator,
  ) {}

  static async open(stage: ClientStage, profile: BrowserContext): Promise<Tab> {
    const [page] = await stage.tabs(profile, 1);
    if (!page) throw new Error('no tab was opened');
    return new Tab(page, await VirtualAuthenticator.of(page));
  }

  /** Runs a script in the page. @returns its result, or the code or name of its error */
  async run<T>(script: string): Promise<T> {
    return this.page.evaluate<T>(
      `(async () => (${script}))().catch((error) => error.problem?.code ?? error.name)`,
    );
  }

  async whose(): Promise<string> {
    return this.run<string>('me()');
  }

  async acr(): Promise<string> {
    return this.run<string>('client.session.findPrincipal().then((found) => found?.acr)');
  }
}

describe('passkeys in a browser, in cookie mode', () => {
  let stage: ClientStage;
  let profile: BrowserContext;
  let tab: Tab;
  let person: { email: string; password: string };

  beforeAll(async () => {
    stage = await ClientStage.build({ RECENT_SIGN_IN_MINUTES: '0.05' });
    profile = await stage.profile();
    tab = await Tab.open(stage, profile);
    person = await stage.register();
    await stage.execute('UPDATE users SET email_verified = true');
  });

  afterAll(async () => stage?.close());

  const signIn = () => `client.session.signIn(${JSON.stringify(person)})`;
  const signedOut = async () => {
    await tab.run('client.session.signOut()');
    expect(await tab.run('client.session.state')).toBe('signed-out');
  };

  it('are not loaded before they are used', async () => {
    const loaded = await tab.run<string[]>(
      'performance.getEntriesByType("resource").map(({ name }) => new URL(name).pathname)',
    );
    expect(loaded).toContain('/app/client/index.js');
    expect(loaded.filter((path) => /webauthn|passkeys/.test(path))).toEqual([]);
    await tab.run(
      'import("/app/client/passkeys.js").then(({ createPasskeys }) => { window.passkeys = createPasskeys(client); })',
    );
  });

  it('are added, listed, and bring recovery codes with the first one', async () => {
    await tab.run(signIn());
    expect(
      await tab.run('passkeys.add({ name: "laptop" }).then(({ recoveryCodes }) => recoveryCodes.length)'),
    ).toBe(10);
    const [stored] = await tab.authenticator.credentials();
    expect(await tab.run('passkeys.listFactors().then(({ items }) => items)')).toMatchObject([
      { kind: 'passkey', name: 'laptop', credentialId: expect.stringMatching(/^[\w-]+$/) },
    ]);
    expect(stored).toMatchObject({ isResidentCredential: true, rpId: 'localhost' });
    expect(await tab.run('passkeys.add()')).toMatch(/InvalidStateError|insufficient-user-authentication/);
  });

  it('complete a sign-in by password', async () => {
    await signedOut();
    expect(await tab.run(`${signIn()}.then((step) => (window.step = step).factors)`)).toEqual([
      'passkey',
      'recovery-code',
    ]);
    expect(await tab.whose()).toBe('authentication-required');
    await tab.run('passkeys.complete(step)');
    expect([await tab.whose(), await tab.acr()]).toEqual([person.email, 'phr']);
  });

  it('sign in alone, by a prompt', async () => {
    await signedOut();
    await tab.run('passkeys.signIn()');
    expect([await tab.whose(), await tab.acr()]).toEqual([person.email, 'phr']);
  });

  it('sign in by the autofill of a form', async () => {
    await signedOut();
    await tab.run(
      'void (window.failures = [], window.stop = passkeys.offerInAutofill((error) => failures.push(error.code)))',
    );
    await eventually(async () => expect(await tab.run('client.session.state')).toBe('signed-in'));
    expect([await tab.whose(), await tab.run('failures')]).toEqual([person.email, []]);
  });

  it('leave the session as it is where the user cancels, and can be asked for again', async () => {
    await signedOut();
    await tab.authenticator.setRecognized(false);
    expect(await tab.run('passkeys.signIn()')).toBe('NotAllowedError');
    await tab.authenticator.setRecognized(true);
    await tab.authenticator.setPresent(false);
    await tab.run('void (window.closing = new AbortController())');
    const cancelled = tab.run('passkeys.signIn({ signal: closing.signal })');
    await tab.run('new Promise((resolve) => setTimeout(resolve, 300)).then(() => closing.abort())');
    expect(await cancelled).toBe('AbortError');
    expect(await tab.run('client.session.state')).toBe('signed-out');
  });

  it('have one prompt at a time: autofill makes way for a prompt, and that one for the next', async () => {
    await tab.run('void (window.stop = passkeys.offerInAutofill((error) => failures.push(error.code)))');
    const first = tab.run('passkeys.signIn()');
    await tab.run('new Promise((resolve) => setTimeout(resolve, 300))');
    const second = tab.run('passkeys.signIn()');
    expect(await first).toBe('AbortError');
    await tab.authenticator.setPresent(true);
    await second;
    await tab.run('stop()');
    expect([await tab.whose(), await tab.run('failures')]).toEqual([person.email, []]);
  });

  it('answer a step-up, of both tabs each by itself', async () => {
    const other = await Tab.open(stage, profile);
    await other.authenticator.copyFrom(tab.authenticator);
    await eventually(async () => expect(await tab.run(READ)).toBe(401));
    for (const each of [tab, other]) {
      await each.run(
        `import("/app/client/index.js").then(async ({ createClient }) => {
          const { createPasskeys } = await import("/app/client/passkeys.js");
          window.asked = 0;
          window.client = createClient({ baseUrl: "", mode: "cookie", stepUp: async () => {
            asked++;
            await passkeys.reauthenticate();
          } });
          window.passkeys = createPasskeys(client);
        })`,
      );
      expect(await each.run(`Promise.all([${READ}, ${READ}, ${READ}])`)).toEqual([200, 200, 200]);
      expect(await each.run('asked')).toBe(1);
      // In cookie mode both tabs have the session: what one has confirmed the other has, too.
      await eventually(async () =>
        expect(await each.run(`fetch("${EXPORT}").then(({ status }) => status)`)).toBe(401),
      );
    }
    await other.run('client.session.signOut()');
    expect(await tab.whose()).toBe('authentication-required');
    await other.run('passkeys.signIn()');
    expect([await tab.whose(), await other.whose()]).toEqual([person.email, person.email]);
    await other.page.close();
  });

  it('are removed, and an unknown one is reported to the browser', async () => {
    await tab.run('passkeys.signIn()');
    await tab.run(
      `void (window.told = [], PublicKeyCredential.signalUnknownCredential = async (passkey) => told.push(passkey))`,
    );
    await tab.run('passkeys.listFactors().then(async ({ items }) => passkeys.removeFactor(items[0]))');
    expect(await tab.run('told')).toMatchObject([{ rpId: 'localhost' }]);
    await signedOut();
    expect(await tab.run('passkeys.signIn()')).toBe('unknown-passkey');
    expect(await tab.run('told.length')).toBe(2);
    await tab.run(signIn());
    expect([await tab.whose(), await tab.acr()]).toEqual([person.email, 'aal1']);
  });
});
