import { readFileSync } from 'node:fs';
import { Client } from 'pg';
import type { Browser, BrowserContext, Page, Request } from 'playwright-core';
import { launchBrowser } from './browser';
import { createDatabase, type TestDatabase } from './database';
import { Home, type Instance } from './home';
import { freePort } from './process';
import { AUTH_SECRET } from './settings';
import { SmtpSink, tokenIn } from './smtp-sink';
import { totpCode } from './totp';

export const PASSWORD = 'teal otters juggle 7 lanterns';
export const NEW_PASSWORD = 'nine calm badgers on a ferry';

/** A wait that fails names what is missing; the time limit of the test would not. */
const PATIENCE_MS = 20_000;

const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

let people = 0;

/** The built application with its account pages, a mail server and a browser. */
export class AccountSite {
  private constructor(
    readonly url: string,
    readonly mails: SmtpSink,
    readonly browser: Browser,
    private readonly env: Record<string, string>,
    private readonly home: Home,
    private readonly database: TestDatabase,
    readonly instance: Instance,
  ) {}

  static async start(): Promise<AccountSite> {
    const [port, mails, database] = [await freePort(), await SmtpSink.start(), await createDatabase()];
    const url = `http://localhost:${port}`;
    const env = {
      DATABASE_URL: database.url,
      AUTH_SECRET,
      PUBLIC_URL: url,
      SMTP_URL: mails.url,
      REQUIRE_VERIFIED_EMAIL: 'true',
    };
    const home = new Home();
    const instance = await home.start(env, port);
    return new AccountSite(url, mails, await launchBrowser(), env, home, database, instance);
  }

  async close(): Promise<void> {
    await this.browser.close();
    await this.home.clear();
    await this.mails.close();
    await this.database.drop();
  }

  /** A user of the pages with a browser profile of their own. */
  async visitor(options: { locale?: string } = {}): Promise<Visitor> {
    const profile = await this.browser.newContext({ locale: 'en-US', ...options });
    profile.setDefaultTimeout(PATIENCE_MS);
    return new Visitor(this, profile, await profile.newPage(), `visitor-${++people}@example.com`);
  }

  /** A visitor with a verified account, who is not signed in. */
  async member(): Promise<Visitor> {
    const visitor = await this.visitor();
    const { email } = visitor;
    await this.instance.api.post('/v1/auth/register', { json: { email, password: PASSWORD } });
    await this.instance.api.post('/v1/auth/email/verify', { json: { token: await this.tokenFor(email) } });
    return visitor;
  }

  async tokenFor(email: string, subject?: string): Promise<string> {
    return tokenIn(await this.mails.next(email, { withinMs: 15_000, ...(subject && { subject }) }));
  }

  /** The link of an invitation, as the command prints it. */
  async invite(email: string): Promise<string> {
    const { stdout } = await this.home.run(this.env, ['admin:create', '--email', email]);
    return stdout.trim().split('\n').at(-1) ?? '';
  }

  async query(statement: string, values: unknown[]): Promise<void> {
    const client = new Client(this.database.url);
    await client.connect();
    await client.query(statement, values);
    await client.end();
  }
}

/** What a person does on the pages, and what the browser tells of it. */
export class Visitor {
  readonly faults: string[] = [];
  readonly requests: { readonly method: string; readonly url: string; readonly address: string }[] = [];

  constructor(
    readonly site: AccountSite,
    readonly profile: BrowserContext,
    readonly page: Page,
    readonly email: string,
  ) {
    this.watch(page);
  }

  async open(path: string): Promise<void> {
    await this.page.goto(`${this.site.url}/account${path}`);
    await this.page.locator('h1').waitFor();
  }

  async anotherTab(path = ''): Promise<Page> {
    const tab = await this.profile.newPage();
    this.watch(tab);
    await tab.goto(`${this.site.url}/account${path}`);
    return tab;
  }

  async fill(values: Readonly<Record<string, string>>): Promise<void> {
    for (const [name, value] of Object.entries(values))
      await this.page.locator(`input[name="${name}"]:visible`).fill(value);
  }

  /** Fills the only form that is visible and submits it. */
  async submit(values: Readonly<Record<string, string>> = {}, button?: string): Promise<void> {
    await this.fill(values);
    const name = button === undefined ? {} : { hasText: button };
    await this.page.locator('button[type=submit]:visible', name).click();
  }

  async signIn(password = PASSWORD): Promise<void> {
    await this.open('/sign-in');
    await this.submit({ email: this.email, password });
  }

  async sees(heading: string): Promise<void> {
    await this.page.getByRole('heading', { level: 1, name: heading, exact: true }).waitFor();
  }

  async reads(text: string): Promise<void> {
    await this.page.getByText(text).filter({ visible: true }).first().waitFor();
  }

  async press(name: string): Promise<void> {
    await this.page.getByRole('button', { name, exact: true }).click();
  }

  /** Adds an authenticator app. Returns its secret and the recovery codes. */
  async addApp(): Promise<{ secret: string; codes: string[] }> {
    await this.press('Add an authenticator app');
    const key = await this.page.locator('code.secret').textContent();
    const secret = (key ?? '').replaceAll(' ', '');
    await this.page.getByRole('img', { name: 'QR code for your authenticator app' }).waitFor();
    await this.submit({ code: totpCode(secret, Date.now()) }, 'Add the app');
    await this.reads('Store your recovery codes');
    return { secret, codes: await this.page.locator('.codes code').allTextContents() };
  }

  /** What axe finds wrong by the rules of WCAG 2.2 A and AA, and pages that do not have one heading of level 1. */
  async accessibilityFaults(): Promise<string[]> {
    await this.page.evaluate(AXE);
    const tags = JSON.stringify(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']);
    const found = await this.page.evaluate<string[]>(
      `axe.run(document, { runOnly: ${tags} }).then(({ violations }) => violations.flatMap(({ id, nodes }) =>
        nodes.map(({ target }) => id + ' ' + target)))`,
    );
    const headings = await this.page.locator('h1').count();
    return headings === 1 ? found : [...found, `${headings} h1`];
  }

  /** Everything that scripts can read and that outlives the page. */
  async stored(): Promise<string> {
    return this.page.evaluate<string>(
      'JSON.stringify([document.cookie, { ...localStorage }, { ...sessionStorage }])',
    );
  }

  private watch(page: Page): void {
    page.on('pageerror', (error) => this.faults.push(error.message));
    page.on('console', (line) => {
      // The browser reports every refused request as an error.
      if (line.type() === 'error' && !line.text().startsWith('Failed to load resource'))
        this.faults.push(line.text());
    });
    page.on('request', (request: Request) =>
      this.requests.push({ method: request.method(), url: request.url(), address: page.url() }),
    );
  }
}
