import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sourceFiles } from '../../../scripts/read-source';
import { AccountPages } from '../../../src/features/account-pages/account-pages.service';
import { AccountPagesSettings } from '../../../src/features/account-pages/account-pages.settings';
import { Environment } from '../../../src/platform/config';
import { HttpSettings } from '../../../src/platform/http';
import type { TestApp } from '../../support/app';
import { MANIFEST } from '../../support/manifest';
import { PRODUCTION } from '../../support/settings';
import { sharedApp } from '../../support/shared-app';

const ROOT = join(__dirname, '../../..');
const LINKS = readFileSync(join(ROOT, 'pages/src/links.ts'), 'utf8');
const PATHS = ['', '/sign-in', '/sign-up', '/forgot-password'];
const MOST_BYTES = 40 * 1_024;

const pagesWith = (env: Readonly<Record<string, string>>, base: object = {}) => {
  const environment = new Environment({ ...base, ...env });
  return new AccountPages(environment.get(AccountPagesSettings), environment.get(HttpSettings));
};
const textOf = (pages: AccountPages, language = 'en') =>
  pages.findDocument('', { accepted: language })?.bytes.toString() ?? '';
const linksIn = (html: string) => [...html.matchAll(/ (?:src|href)="([^"]*)"/g)].map(([, link = '']) => link);

describe('the account pages', () => {
  let app: TestApp;

  beforeAll(async () => {
    // Does nothing where they are built; on a fresh machine it installs their packages.
    execFileSync(process.execPath, [join(ROOT, 'scripts/build-pages.js')], { stdio: 'pipe' });
    app = await sharedApp();
  }, 180_000);

  const get = async (path: string, headers: Record<string, string> = {}) => app.api.get(path, { headers });

  it('run no script but their own files, write no markup, cannot be framed, and tell no other site where they are', async () => {
    for (const path of PATHS) {
      const { status, headers, text } = await get(`/account${path}`);
      expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
      expect(headers.get('content-security-policy')).toBe(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
          "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; " +
          "trusted-types 'none'",
      );
      expect(Object.fromEntries(headers)).toMatchObject({
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin',
        'permissions-policy': 'publickey-credentials-create=(self), publickey-credentials-get=(self)',
        'x-content-type-options': 'nosniff',
        'cache-control': 'no-cache',
        vary: 'Accept-Encoding, Accept-Language, Cookie',
      });
      expect(text).not.toMatch(/\son\w+=|\sstyle=|<style|<script(?! type="module" src=)|\{\{/);
    }
  });

  it('serve their assets compressed, to be kept for ever, and nothing else of the machine', async () => {
    const links = linksIn((await get('/account')).text);
    expect(links.length).toBeGreaterThan(3);
    for (const link of links) {
      const { status, headers } = await get(link, { 'accept-encoding': 'gzip, br' });
      expect([link, status, headers.get('cache-control'), headers.get('content-encoding')]).toEqual([
        link,
        200,
        'public, max-age=31536000, immutable',
        'br',
      ]);
      const plain = await get(link);
      expect(plain.headers.get('content-encoding')).toBeNull();
      const decoded = await (
        await fetch(app.api.url + link, { headers: { 'accept-encoding': 'gzip' } })
      ).text();
      expect(decoded).toBe(plain.text);
    }
    for (const path of [
      '/account/assets/none.js',
      '/account/assets/..%2fmanifest.json',
      '/account/assets/..%2f..%2f..%2fpackage.json',
      '/account/assets/__proto__',
      '/account/manifest.json',
      '/account/index.html',
      '/account/other',
    ])
      expect([path, (await get(path)).status]).toEqual([path, 404]);
  });

  it('need at most 40 kB for the first load', async () => {
    const asked = { 'accept-encoding': 'br' };
    for (const language of ['en', 'de']) {
      const { headers } = await get('/account', { ...asked, 'accept-language': language });
      const links = linksIn((await get('/account', { 'accept-language': language })).text);
      const sizes = [Number(headers.get('content-length'))];
      for (const link of links) sizes.push(Number((await get(link, asked)).headers.get('content-length')));
      const total = sizes.reduce((sum, size) => sum + size, 0);
      expect(total).toBeGreaterThan(10_000);
      expect(total).toBeLessThan(MOST_BYTES);
    }
  });

  it.each([
    ['de', undefined, 'de'],
    ['de-AT, en;q=0.5', undefined, 'de'],
    ['fr, de;q=0.2', undefined, 'de'],
    ['fr', undefined, 'en'],
    [undefined, undefined, 'en'],
    ['en', 'other=1; account-language=de', 'de'],
    ['de', 'account-language=en', 'en'],
    ['de', 'account-language=__proto__', 'de'],
    ['de', 'not-account-language=en', 'de'],
  ])(
    'speak the language of Accept-Language %j and of the choice %j: %s',
    async (accepted, cookie, language) => {
      const { text } = await get('/account/sign-in', {
        ...(accepted && { 'accept-language': accepted }),
        ...(cookie && { cookie }),
      });
      expect(/<html lang="(\w+)"/.exec(text)?.[1]).toBe(language);
      expect(linksIn(text).some((link) => link.includes(`/assets/${language}-`))).toBe(true);
    },
  );

  it('show the name and the logo of the installation, as text whatever is in them, below the path of PUBLIC_URL', () => {
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-logo-'));
    const logo = join(folder, 'logo.svg');
    writeFileSync(logo, '<svg xmlns="http://www.w3.org/2000/svg"/>');
    const pages = pagesWith({
      APP_NAME: 'A & "B" <script>',
      ACCOUNT_PAGES_LOGO: logo,
      PUBLIC_URL: 'http://localhost:3000/auth',
    });
    const html = textOf(pages);
    rmSync(folder, { recursive: true });
    expect(html).toContain('data-name="A &#38; &#34;B&#34; &#60;script&#62;"');
    const [, address = ''] = /data-logo="\/auth\/account\/assets\/([^"]+)"/.exec(html) ?? [];
    expect(pages.findAsset(address)?.type).toBe('image/svg+xml');
    expect(linksIn(html).every((link) => link.startsWith('/auth/account/assets/'))).toBe(true);
  });

  it.each([join(ROOT, 'README.md'), join(ROOT, 'none.svg'), ROOT])('refuse %s as a logo', (logo) => {
    const environment = new Environment({ ACCOUNT_PAGES_LOGO: logo });
    environment.get(AccountPagesSettings);
    expect(environment.findFaults([]).map(({ name }) => name)).toEqual(['ACCOUNT_PAGES_LOGO']);
  });

  it('handle every kind of mailed link, and its route exists', async () => {
    const texts = sourceFiles().map(({ text }) => text);
    const prefixes = texts.flatMap((text) =>
      [...text.matchAll(/\bprefix: '([a-z]{2}_)'/g)].map(([, prefix]) => prefix),
    );
    const links = [...LINKS.matchAll(/^ {2}([a-z]{2}_): \{[^]*?POST\('([^']+)'/gm)];
    // The pages keep the line of a feature that is deleted.
    const known = links.filter(([, , path = '']) => `POST ${path}` in MANIFEST);
    expect(new Set(known.map(([, prefix]) => prefix))).toEqual(new Set(prefixes));
    for (const [, prefix, path = ''] of known) {
      const { body } = await app.api.post<{ code: string }>(path, {
        json: { token: `${prefix}${'a'.repeat(43)}`, newPassword: 'teal otters juggle 7 lanterns' },
      });
      expect([path, body.code]).toEqual([
        path,
        expect.stringMatching(/^(invalid-or-expired-token|validation-failed)$/),
      ]);
    }
  });

  it('are off in production unless a setting turns them on', () => {
    const off = pagesWith({}, PRODUCTION);
    expect(off.findDocument('', {})).toBeUndefined();
    expect(
      off.findAsset(
        linksIn(textOf(pagesWith({})))[0]
          ?.split('/')
          .at(-1) ?? '',
      ),
    ).toBeUndefined();
    expect(textOf(pagesWith({ ACCOUNT_PAGES: 'on' }, PRODUCTION))).toContain('<html lang="en"');
  });
});

describe('the root path', () => {
  it('redirects to the page of the OpenAPI document', async () => {
    const { api } = await sharedApp();
    const { status, headers } = await api.get('/');
    expect([status, headers.get('location')]).toEqual([302, '/docs']);
    expect((await api.post('/')).status).toBe(404);
  });
});
