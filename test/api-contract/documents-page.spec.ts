import type { Answer } from '../support/api';
import type { TestApp } from '../support/app';
import { sharedApp } from '../support/shared-app';

describe('the documents page', () => {
  let app: TestApp;
  let policy: ReadonlyMap<string, readonly string[]>;
  let page: Answer;

  beforeAll(async () => {
    app = await sharedApp();
    page = await app.api.get('/docs');
    const directives = (page.headers.get('content-security-policy') ?? '').split('; ');
    policy = new Map(
      directives.map((directive) => {
        const [name = '', ...sources] = directive.split(' ');
        return [name, sources];
      }),
    );
  });

  it('has a policy of its own, as have all its files, and the other headers of all', async () => {
    const own = page.headers.get('content-security-policy');
    const api = (await app.api.get('/openapi.json')).headers;
    expect(api.get('content-security-policy')).toBe("default-src 'none'; frame-ancestors 'none'");
    for (const path of [
      '/docs',
      '/docs/',
      '/docs/swagger-ui.css',
      '/docs/swagger-ui-init.js',
      '/docs/nope',
    ]) {
      const { headers } = await app.api.get(path);
      expect([path, headers.get('content-security-policy')]).toEqual([path, own]);
      for (const name of ['x-content-type-options', 'cross-origin-resource-policy', 'referrer-policy'])
        expect([path, name, headers.get(name)]).toEqual([path, name, api.get(name)]);
    }
  });

  it('runs no script but its own files, is in no frame, sends no form and loads nothing from elsewhere', () => {
    expect(Object.fromEntries(policy)).toEqual({
      'default-src': ["'none'"],
      'script-src': ["'self'"],
      'style-src': ["'self'", "'unsafe-inline'"],
      'img-src': ["'self'", 'data:'],
      'connect-src': ["'self'"],
      'base-uri': ["'none'"],
      'form-action': ["'none'"],
      'frame-ancestors': ["'none'"],
    });
  });

  it('works by that policy: no script stands in it, and all that it loads is here', async () => {
    const scripts = [...page.text.matchAll(/<script([^>]*)>([^]*?)<\/script>/g)];
    expect(scripts.length).toBeGreaterThanOrEqual(3);
    for (const [, attributes = '', text = ''] of scripts) {
      expect(attributes).toMatch(/^ src="\.\/docs\/[\w-]+\.js"$/);
      expect(text.trim()).toBe('');
    }
    expect(page.text).not.toMatch(
      /\son\w+\s*=|javascript:|<base|<form|<iframe|<object|<embed|@import|url\(/i,
    );
    const loaded = [...page.text.matchAll(/\s(?:src|href)="([^"#]+)"/g)].map(([, link = '']) => link);
    expect(loaded.length).toBeGreaterThanOrEqual(6);
    for (const link of loaded) {
      const url = new URL(link, `${app.api.url}/docs`);
      expect(url.origin).toBe(new URL(app.api.url).origin);
      const { status, headers } = await app.api.get(url.pathname);
      expect([link, status]).toEqual([link, 200]);
      expect(headers.get('content-type')).toMatch(
        /^(?:text\/css|(?:text|application)\/javascript|image\/png)/,
      );
    }
  });
});
