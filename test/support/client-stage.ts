import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { Mode } from '../../client/src/index.ts';
import { launchBrowser, openProfile } from './browser';
import { createDatabase } from './database';
import { Home, type Instance } from './home';
import { Nginx } from './nginx';
import { inParallel } from './parallel';
import { freePort } from './process';
import { AUTH_SECRET } from './settings';
import { TcpProxy } from './tcp-proxy';
import { administer } from './test-server';

const CLIENT = join(__dirname, '../../client/dist');
const FETCH = require.resolve('openapi-fetch').replace(/\.cjs$/, '.mjs');
const WEBAUTHN = join(require.resolve('@simplewebauthn/browser'), '../../esm');
const PASSWORD = 'teal otters juggle 7 lanterns';

/** As a front end would have it, without any bundler. */
const PAGE = (mode: Mode) => `<!doctype html><title>A page</title>
<script type="importmap">{ "imports": {
  "openapi-fetch": "/app/openapi-fetch.mjs",
  "@simplewebauthn/browser": "/app/webauthn/index.js"
} }</script>
<form><input autocomplete="username webauthn"></form>
<script type="module">
  import { createClient } from '/app/client/index.js';
  const client = createClient({ baseUrl: '', mode: '${mode}' });
  const heard = [];
  client.session.onChange((change) => heard.push(change));
  const me = async () => {
    const { data, error, response } = await client.api.GET('/v1/users/me');
    return data?.email ?? error?.code ?? String(response.status);
  };
  Object.assign(window, { client, heard, me: () => me().catch((error) => error.name) });
</script>`;

let people = 0;

/** The built application and a page that uses the built client, of one origin, behind a network that can be cut. */
export class ClientStage {
  private readonly ends: (() => Promise<void>)[] = [];
  private browser!: Browser;
  private nginx!: Nginx;
  private home!: Home;
  private instance!: Instance;
  private env!: Record<string, string>;
  private databaseUrl = '';
  network!: TcpProxy;
  origin = '';

  static async build(env: Record<string, string> = {}): Promise<ClientStage> {
    if (!existsSync(join(CLIENT, 'index.js')))
      throw new Error('The client is not built: npm run client:build');
    const stage = new ClientStage();
    try {
      await stage.open(env);
      return stage;
    } catch (error) {
      await stage.close();
      throw error;
    }
  }

  private async open(env: Record<string, string>): Promise<void> {
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-client-'));
    this.ends.unshift(async () => rmSync(folder, { recursive: true }));
    cpSync(CLIENT, join(folder, 'app/client'), { recursive: true });
    cpSync(FETCH, join(folder, 'app/openapi-fetch.mjs'));
    cpSync(WEBAUTHN, join(folder, 'app/webauthn'), { recursive: true });
    for (const mode of ['cookie', 'bearer'] as const)
      writeFileSync(join(folder, `app/${mode}.html`), PAGE(mode));
    const port = await freePort();
    this.nginx = await Nginx.with((front) => before(front, port, folder));
    this.ends.unshift(async () => this.nginx.stop());
    this.network = await TcpProxy.to(`http://127.0.0.1:${this.nginx.port}`);
    this.ends.unshift(async () => this.network.close());
    this.origin = this.network.url.replace('127.0.0.1', 'localhost').replace(/\/$/, '');
    const database = await createDatabase();
    this.ends.unshift(async () => database.drop());
    this.home = new Home();
    this.ends.unshift(async () => this.home.clear());
    this.databaseUrl = database.url;
    this.env = { DATABASE_URL: database.url, AUTH_SECRET, PUBLIC_URL: this.origin, ...env };
    this.instance = await this.home.start(this.env, port);
    this.browser = await launchBrowser();
    this.ends.unshift(async () => this.browser.close());
  }

  async close(): Promise<void> {
    for (const end of this.ends) await end();
  }

  async profile(): Promise<BrowserContext> {
    return openProfile(this.browser);
  }

  /** Tabs of one browser; some of them may have a wrong clock. */
  async tabs(profile: BrowserContext, count: number, mode: Mode = 'cookie', clockOffMs = 0): Promise<Page[]> {
    return inParallel(count, async () => {
      const page = await profile.newPage();
      await page.addInitScript(
        `{ const right = Date; globalThis.Date = class extends right {
             static now() { return right.now() + ${clockOffMs}; }
             constructor(...given) { super(...(given.length ? given : [right.now() + ${clockOffMs}])); }
           } }`,
      );
      await page.goto(`${this.origin}/app/${mode}.html`);
      await page.waitForFunction('window.client !== undefined');
      return page;
    });
  }

  async register(): Promise<{ email: string; password: string }> {
    const person = { email: `person-${++people}@example.com`, password: PASSWORD };
    const { status } = await this.instance.api.post('/v1/auth/register', { json: person });
    if (status !== 202) throw new Error(`registration answered ${status}`);
    return person;
  }

  /** Changes what a request could not, as by reading mails. */
  async execute(sql: string): Promise<void> {
    await administer(this.databaseUrl, sql);
  }

  /** Ends the application and starts it anew. */
  async restart(whileDown: () => Promise<void> = async () => undefined): Promise<void> {
    await this.instance.stop();
    await whileDown();
    this.instance = await this.home.start(this.env, this.instance.port);
  }

  /** How many such requests reached the server so far. */
  count(request: string): number {
    return this.nginx
      .log()
      .split('\n')
      .filter((line) => line.startsWith(`${request} `)).length;
  }
}

const before = (port: number, instance: number, folder: string) => `
  server {
    listen 127.0.0.1:${port};
    location /app/ {
      root ${folder};
      types { text/html html; text/javascript js mjs; }
    }
    location / {
      proxy_pass http://127.0.0.1:${instance};
      proxy_set_header Host $http_host;
    }
  }`;
