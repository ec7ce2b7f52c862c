import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

const CHROMIUM = '/usr/bin/chromium';
const IN_PAGE = join(__dirname, 'in-page.js');

/** @param hosts which name and port is to be found at which address, as `*.example.test:443 127.0.0.1:8443` */
export async function launchBrowser(hosts: readonly string[] = []): Promise<Browser> {
  if (!existsSync(CHROMIUM))
    throw new Error(`${CHROMIUM} is not there: install it (on Debian: apt-get install chromium)`);
  const rules = hosts.map((rule) => `MAP ${rule}`).join(',');
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [
      // Its sandbox does not start as root, nor in many containers.
      '--no-sandbox',
      // Their shared memory is often too small for it.
      '--disable-dev-shm-usage',
      '--ignore-certificate-errors',
      ...(rules ? [`--host-resolver-rules=${rules}`] : []),
    ],
  });
}

/** A new browser profile without stored data. Its pages load in-page.js. */
export async function openProfile(browser: Browser): Promise<BrowserContext> {
  const profile = await browser.newContext();
  await profile.addInitScript({ path: IN_PAGE });
  return profile;
}

export async function openPage(profile: BrowserContext, url: string): Promise<Page> {
  const page = await profile.newPage();
  await page.goto(url);
  return page;
}

/** Does in a page what in-page.js calls so. */
export async function inPage<T>(page: Page, name: string, ...parameters: unknown[]): Promise<T> {
  return page.evaluate<T>(`gatehouse.${name}(...${JSON.stringify(parameters)})`);
}

/** What a script of a page was given for a request. */
export interface Seen {
  readonly status: number;
  readonly text: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Asks from a page as its own script would. */
export async function ask(
  page: Page,
  method: string,
  url: string,
  json?: unknown,
  credentials = 'include',
): Promise<Seen> {
  return inPage<Seen>(page, 'ask', method, url, json, credentials);
}
