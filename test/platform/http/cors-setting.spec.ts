import { Environment } from '../../../src/platform/config';
import { HttpSettings } from '../../../src/platform/http';

describe('the setting CORS_HEADERS', () => {
  const start = (CORS_HEADERS: string) =>
    new Environment({ CORS_HEADERS }).validated([HttpSettings]).get(HttpSettings).corsHeaders;

  it.each([
    '*',
    'true',
    'x tenant',
    'x-tenant;x-other',
    'x:y',
    '"x"',
    'x-täg',
    'x-a,*',
    'x-\u0000',
    'x-a\r\nset-cookie',
  ])('stops the start, by its name, with %j', (names) => {
    expect(() => start(names)).toThrow(/CORS_HEADERS has ".*"\n\s+→ use exact names/);
  });

  it('takes names, in any number', () => {
    expect(start('')).toEqual([]);
    expect(start('x-tenant , X-Client-Version')).toEqual(['x-tenant', 'X-Client-Version']);
  });
});

describe('the setting CORS_ORIGINS', () => {
  const start = (CORS_ORIGINS: string) =>
    new Environment({ CORS_ORIGINS }).validated([HttpSettings]).get(HttpSettings).corsOrigins;

  it.each([
    '*',
    'null',
    'true',
    'https://*.example.com',
    'https://*',
    'example.com',
    'app.example.com:443',
    'https://app.example.com/',
    'https://app.example.com/app',
    'https://app.example.com?a',
    'https://app.example.com#a',
    'https://app.example.com:443',
    'http://app.example.com:80',
    'https://user:secret@app.example.com',
    'https://App.example.com',
    'HTTPS://app.example.com',
    'https://bücher.example',
    'https://',
    'https:app.example.com',
    'file:///tmp',
    'chrome-extension://abcdef',
    'https://a.example https://b.example',
    'https://a.example;https://b.example',
    '/^https:.*$/',
    'https://app.example.com, *',
  ])('stops the start, by its name, with %j', (origins) => {
    expect(() => start(origins)).toThrow(/CORS_ORIGINS has ".*"\n\s+→ use exact origins/);
  });

  it('takes exact origins, in any number', () => {
    expect([...start('')]).toEqual([]);
    expect([
      ...start(`https://a.example ,http://localhost:5173, http://[::1]:8080,https://xn--bcher-kva.example`),
    ]).toEqual([
      'https://a.example',
      'http://localhost:5173',
      'http://[::1]:8080',
      'https://xn--bcher-kva.example',
    ]);
  });
});
