import { listen } from '../../../src/app.setup';
import { Environment, InvalidEnvironment } from '../../../src/platform/config';
import { HttpSettings } from '../../../src/platform/http';
import { BY_HTTPS } from '../../support/api';
import { expectProblem } from '../../support/problem';
import { startProduction } from '../../support/production';
import { PRODUCTION } from '../../support/settings';

describe('without TRUSTED_PROXIES production', () => {
  it('says at the start that it refuses every request, and does', async () => {
    const log: string[] = [];
    const app = await startProduction({ env: { TRUSTED_PROXIES: '' }, log });
    jest.spyOn(app.nest, 'listen').mockResolvedValue(app.nest.getHttpServer());
    await listen(app.nest);
    expect(log.filter((line) => line.includes('TRUSTED_PROXIES is empty'))).toHaveLength(1);
    expectProblem(await app.api.get('/v1/auth/policy', { headers: BY_HTTPS }), 403, 'insecure-transport');
    expect((await app.api.get('/health/ready')).status).toBe(200);
    await app.close();
  });
});

describe('TRUSTED_PROXIES', () => {
  const start = (value: string) =>
    new Environment({ ...PRODUCTION, TRUSTED_PROXIES: value }).validated([HttpSettings]);

  it.each([
    '*',
    'true',
    '0.0.0.0/0',
    '::/0',
    'proxy.internal',
    'localhost',
    '10.0.0.0/33',
    '10.0.0.1 10.0.0.2',
  ])('is refused as %s, alone and among others, with the fix', (value) => {
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
    const { trustedProxies } = start(value).get(HttpSettings);
    const asked = ['10.1.2.3', '10.1.2.4', '2001:db8::7', 'fd00::1', '127.0.0.1'];
    expect(asked.filter((address) => trustedProxies.has(address))).toEqual(trusted);
    expect(trustedProxies.isEmpty).toBe(trusted.length === 0);
  });
});
