import { Client } from 'pg';
import type { Browser, BrowserContext, Cookie, Page } from 'playwright-core';
import { launchBrowser, openPage, openProfile, type Seen, ask } from './browser';
import { Certificate } from './certificate';
import { createDatabase } from './database';
import { Home, type Instance } from './home';
import { Nginx } from './nginx';
import { inParallel } from './parallel';
import { freePort } from './process';
import { AUTH_SECRET } from './settings';
import { BY_NAME, byPort, pagesOn, type Sites, withTls } from './sites';

const PASSWORD = 'teal otters juggle 7 lanterns';

type End = () => Promise<void>;

let people = 0;

export interface Person {
  readonly email: string;
  readonly password: string;
}

/** The built application, pages of other origins, and a browser that finds them all. */
export class Stage {
  private told = 0;

  private constructor(
    readonly sites: Sites,
    private readonly nginx: Nginx,
    private readonly instance: Instance,
    private readonly browser: Browser,
    private readonly outside: Client,
    private readonly ends: readonly End[],
  ) {}

  /** The setup of a developer: without TLS and without a proxy. */
  static async onLocalhost(env: Record<string, string> = {}): Promise<Stage> {
    const port = await freePort();
    const others = await inParallel(2, freePort);
    const nginx = await Nginx.with((front) => pagesOn([front, ...others]));
    const sites = byPort(port, [nginx.port, ...others]);
    return Stage.build(sites, port, nginx, { PUBLIC_URL: sites.own, CORS_ORIGINS: sites.app, ...env });
  }

  /** As in production: by name, and behind a proxy that speaks TLS. */
  static async behindTls(): Promise<Stage> {
    const port = await freePort();
    const certificate = new Certificate(['*.example.test', 'attacker.test']);
    const nginx = await Nginx.with((front) => withTls(front, port, certificate));
    certificate.remove();
    return Stage.build(BY_NAME, port, nginx, {
      NODE_ENV: 'production',
      HOST: '127.0.0.1',
      METRICS_PORT: '0',
      BCRYPT_COST: '10',
      DOCS: 'on',
      TRUSTED_PROXIES: '127.0.0.1',
      PUBLIC_URL: BY_NAME.own,
      CORS_ORIGINS: BY_NAME.app,
    });
  }

  private static async build(
    sites: Sites,
    port: number,
    nginx: Nginx,
    env: Record<string, string>,
  ): Promise<Stage> {
    const ends: End[] = [async () => nginx.stop()];
    try {
      const database = await createDatabase();
      ends.unshift(async () => database.drop());
      const outside = new Client(database.url);
      await outside.connect();
      ends.unshift(async () => outside.end());
      const home = new Home();
      ends.unshift(async () => home.clear());
      const instance = await home.start({ DATABASE_URL: database.url, AUTH_SECRET, ...env }, port);
      const names = ['*.example.test', 'attacker.test'].map((name) => `${name}:443 127.0.0.1:${nginx.port}`);
      const browser = await launchBrowser(names);
      ends.unshift(async () => browser.close());
      return new Stage(sites, nginx, instance, browser, outside, ends);
    } catch (error) {
      await endAll(ends);
      throw error;
    }
  }

  async close(): Promise<void> {
    await endAll(this.ends);
  }

  async profile(): Promise<BrowserContext> {
    return openProfile(this.browser);
  }

  async register(): Promise<Person> {
    const person = { email: `person-${++people}@example.com`, password: PASSWORD };
    const { status } = await this.instance.api.post('/v1/auth/register', { json: person });
    if (status !== 202) throw new Error(`registration answered ${status}`);
    return person;
  }

  /** A user who signed in on a page of the same origin, in a separate browser profile. */
  async victim(): Promise<{ profile: BrowserContext; page: Page; person: Person }> {
    const profile = await this.profile();
    const page = await openPage(profile, this.sites.home);
    const person = await this.register();
    const { status } = await this.signIn(page, person);
    if (status !== 200) throw new Error(`sign-in answered ${status}`);
    return { profile, page, person };
  }

  async signIn(page: Page, person: Person): Promise<Seen> {
    return ask(page, 'POST', `${this.sites.own}/v1/auth/login?useCookies=true`, person);
  }

  async me(page: Page): Promise<Seen> {
    return ask(page, 'GET', `${this.sites.own}/v1/users/me`);
  }

  async refresh(page: Page): Promise<Seen> {
    return ask(page, 'POST', `${this.sites.own}/v1/auth/refresh`);
  }

  async cookies(profile: BrowserContext): Promise<Cookie[]> {
    const cookies = await profile.cookies(this.sites.own);
    return cookies.toSorted((one, other) => one.name.localeCompare(other.name));
  }

  /** Everything an attack could have changed: what is stored of everybody, and the cookies. */
  async state(profile: BrowserContext): Promise<object> {
    const sessions = await this.outside.query('SELECT * FROM sessions ORDER BY id');
    const users = await this.outside.query('SELECT * FROM users ORDER BY id');
    return { sessions: sessions.rows, users: users.rows, cookies: await this.cookies(profile) };
  }

  /** What nginx passed on to the application since this was last asked; empty without TLS, where it is not in between. */
  asked(): string[] {
    if (!this.sites.own.startsWith('https')) return [];
    const lines = this.nginx.log('asked.log').trimEnd().split('\n');
    const since = lines.slice(this.told);
    this.told = lines.length;
    return since;
  }
}

async function endAll(ends: readonly End[]): Promise<void> {
  for (const end of ends) await end();
}
