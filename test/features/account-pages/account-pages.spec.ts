import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sourceFiles } from '../../../scripts/read-source';
import { AccountPagesController } from '../../../src/features/account-pages/account-pages.controller';
import { AccountPagesSettings } from '../../../src/features/account-pages/account-pages.settings';
import { Environment } from '../../../src/platform/config';
import { NotFound } from '../../../src/platform/http';
import type { TestApp } from '../../support/app';
import { MANIFEST } from '../../support/manifest';
import { sharedApp } from '../../support/shared-app';
import { PRODUCTION } from '../../support/settings';

const SCRIPT = readFileSync(join(__dirname, '../../../src/features/account-pages/pages/account.js'), 'utf8');

describe('the development page for the links in mails', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await sharedApp();
  });

  const get = async (path: string) => app.api.get(path);

  it('runs no script but its own file, loads nothing from elsewhere, and writes no markup', async () => {
    const { status, headers, text } = await get('/account');
    expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(headers.get('content-security-policy')).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; " +
        "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
    );
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('cache-control')).toBe('no-store');
    expect([...text.matchAll(/ (?:src|href|action)="([^"]*)"/g)].map(([, link]) => link)).toEqual([
      'account/account.css',
      'account/account.js',
    ]);
    expect(text).not.toMatch(/\son\w+=|\sstyle=|<style/);
    expect(SCRIPT).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval|https?:/);
  });

  it('serves its script and its style sheet', async () => {
    for (const [path, type] of [
      ['/account/account.js', 'text/javascript'],
      ['/account/account.css', 'text/css'],
    ] as const) {
      const { status, headers } = await get(path);
      expect([status, headers.get('content-type')]).toEqual([200, `${type}; charset=utf-8`]);
    }
  });

  it('handles every kind of mailed link, and its route exists', async () => {
    const texts = sourceFiles().map(({ text }) => text);
    const prefixes = texts.flatMap((text) =>
      [...text.matchAll(/\bprefix: '([a-z]{2}_)'/g)].map(([, prefix]) => prefix),
    );
    const links = [...SCRIPT.matchAll(/^ {2}([a-z]{2}_): \{[^}]*path: '([^']+)'/gm)];
    // The page keeps the line of a feature that is deleted.
    const known = links.filter(([, , path = '']) => `POST /${path}` in MANIFEST);
    expect(new Set(known.map(([, prefix]) => prefix))).toEqual(new Set(prefixes));
    for (const [, prefix, path] of known) {
      const { body } = await app.api.post<{ code: string }>(`/${path}`, {
        json: { token: `${prefix}${'a'.repeat(43)}`, newPassword: 'teal otters juggle 7 lanterns' },
      });
      expect([path, body.code]).toEqual([
        path,
        expect.stringMatching(/^(invalid-or-expired-token|validation-failed)$/),
      ]);
    }
  });

  it('is off in production unless a setting turns it on', () => {
    const settings = (more: object) => new Environment({ ...PRODUCTION, ...more }).get(AccountPagesSettings);
    expect(settings({}).enabled).toBe(false);
    expect(settings({ ACCOUNT_PAGES: 'on' }).enabled).toBe(true);
    const off = new AccountPagesController(settings({}));
    for (const file of ['page', 'script', 'style'] as const)
      expect(() => off[file](undefined as never)).toThrow(NotFound);
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
