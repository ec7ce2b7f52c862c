import { listen } from '../src/app.setup';
import { Environment, InvalidEnvironment } from '../src/platform/config';
import { HttpSettings } from '../src/platform/http';
import { BY_HTTPS } from './support/api';
import type { TestApp } from './support/app';
import { sendHead } from './support/bytes';
import { listed } from './support/hostile-body';
import { expectProblem } from './support/problem';
import { startProduction } from './support/production';
import { PRODUCTION } from './support/settings';

describe('X-Forwarded-Proto', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startProduction();
  });

  afterAll(async () => app.close());

  const ask = async (peer: string, ...values: string[]): Promise<number> => {
    const headers = { 'x-forwarded-proto': values };
    return (await app.nest.inject({ url: '/v1/auth/policy', headers, remoteAddress: peer })).statusCode;
  };
  const HTTPS = [
    ['https'],
    ['HTTPS'],
    ['Https'],
    ['http,https'],
    ['http, https '],
    ['http', 'https'],
    [',https'],
  ];
  const NOT = [
    ...listed('http | https,http | HTTPS , HTTP | https, | https, , | https:// | httpss | xhttps | "https"'),
    ...listed('https;http | https http | https: | wss | ssl | on | true | 1 | 443 | h2 | null'),
    '',
    ' ',
    'a'.repeat(9_000),
  ];

  it.each(HTTPS)('of a trusted proxy says https as %j', async (...values) => {
    for (const peer of ['127.0.0.1', '10.9.9.9', '::ffff:10.9.9.9', '2001:db8:1::9'])
      expect(await ask(peer, ...values)).toBe(200);
  });

  it.each(HTTPS)('of anybody else says nothing as %j', async (...values) => {
    for (const peer of [
      '127.0.0.2',
      '203.0.113.9',
      '::ffff:203.0.113.9',
      '::10.9.9.9',
      '2001:db8:2::9',
      '::1',
    ])
      expect(await ask(peer, ...values)).toBe(403);
  });

  it.each([...NOT.map((value) => [value]), ['https', 'http']])(
    'does not say https as %j',
    async (...values) => {
      expect(await ask('127.0.0.1', ...values)).toBe(403);
    },
  );

  it('counts by its last value where a client sent one of its own before the proxy did', async () => {
    const [http, https] = ['x-forwarded-proto: http', 'x-forwarded-proto: https'];
    const get = async (...headers: string[]) => sendHead(app.api.url, 'GET /v1/auth/policy', ...headers);
    expect((await get(http, https)).status).toBe(200);
    expectProblem(await get(https, http), 403, 'insecure-transport');
  });
});

describe('without TRUSTED_PROXIES production', () => {
  it('says at the start that it answers nobody, and answers nobody', async () => {
    const log: string[] = [];
    const app = await startProduction({ env: { TRUSTED_PROXIES: '' }, log });
    jest.spyOn(app.nest, 'listen').mockResolvedValue(app.nest.getHttpServer());
    await listen(app.nest);
    expect(log.filter((line) => line.includes('TRUSTED_PROXIES is empty'))).toHaveLength(1);
    expectProblem(await app.api.get('/v1/auth/policy', { headers: BY_HTTPS }), 403, 'insecure-transport');
    expect((await app.api.get('/health/ready')).status).toBe(200);
    await app.close();
  });

  it('says nothing of it where one is named', async () => {
    const log: string[] = [];
    const app = await startProduction({ log });
    jest.spyOn(app.nest, 'listen').mockResolvedValue(app.nest.getHttpServer());
    await listen(app.nest);
    expect(log.filter((line) => line.includes('listening on'))).toHaveLength(1);
    expect(log.filter((line) => line.includes('TRUSTED_PROXIES'))).toEqual([]);
    await app.close();
  });
});

describe('TRUSTED_PROXIES', () => {
  const start = (value: string) => new Environment({ ...PRODUCTION, TRUSTED_PROXIES: value }).verified();

  it.each([
    '*',
    'true',
    '0.0.0.0/0',
    '::/0',
    'proxy.internal',
    'localhost',
    '10.0.0.0/33',
    '10.0.0.1 10.0.0.2',
  ])('is refused as %s, alone and among others, with the mend', (value) => {
    for (const text of [value, `10.0.0.1,${value}`, ` ${value} , ::1`]) {
      expect(() => start(text)).toThrow(InvalidEnvironment);
      expect(() => start(text)).toThrow(/TRUSTED_PROXIES has ".*\n\s+→ .*10\.1\.2\.3 or 10\.1\.0\.0\/16/);
    }
  });

  it.each([
    ['', []],
    [' , ,', []],
    ['10.1.2.3', ['10.1.2.3']],
    [' 10.1.2.3 ,, 2001:db8::/32,', ['10.1.2.3', '2001:db8::7']],
    ['fc00::/7,10.1.2.3/32', ['10.1.2.3', 'fd00::1']],
  ])('may be %j', (value, trusted) => {
    const { trustedProxies } = start(value).of(HttpSettings);
    const asked = ['10.1.2.3', '10.1.2.4', '2001:db8::7', 'fd00::1', '127.0.0.1'];
    expect(asked.filter((address) => trustedProxies.has(address))).toEqual(trusted);
    expect(trustedProxies.isEmpty).toBe(trusted.length === 0);
  });
});
