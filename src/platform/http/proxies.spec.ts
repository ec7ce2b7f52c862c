import { TrustedProxies } from './proxies';

function proxiesOf(...texts: readonly string[]): TrustedProxies {
  const proxies = new TrustedProxies();
  for (const text of texts) expect(proxies.add(text)).toBe(true);
  return proxies;
}

describe('trusted proxies', () => {
  it('are none until one is named', () => {
    const proxies = new TrustedProxies();
    expect(proxies.isEmpty).toBe(true);
    for (const address of ['127.0.0.1', '::1', '10.0.0.1', '', undefined])
      expect(proxies.has(address)).toBe(false);
    expect(proxies.add('10.0.0.1')).toBe(true);
    expect(proxies.isEmpty).toBe(false);
  });

  it.each([
    ['10.1.2.3', '10.1.2.3', true],
    ['10.1.2.3', '10.1.2.4', false],
    ['10.1.2.3/32', '10.1.2.3', true],
    ['10.1.2.3/32', '10.1.2.2', false],
    ['10.1.0.0/16', '10.1.255.255', true],
    ['10.1.0.0/16', '10.2.0.0', false],
    ['10.1.2.3/16', '10.1.9.9', true],
    ['10.0.0.0/8', '10.255.0.1', true],
    ['10.0.0.0/8', '11.0.0.0', false],
    ['10.1.2.3', '::ffff:10.1.2.3', true],
    ['10.1.2.3', '::FFFF:a01:203', true],
    ['10.1.2.3', '::ffff:10.1.2.4', false],
    ['10.1.2.3', '::10.1.2.3', false],
    ['10.1.2.3', '64:ff9b::10.1.2.3', false],
    ['10.1.0.0/16', '::ffff:10.1.9.9', true],
    ['10.1.0.0/16', '::ffff:10.2.0.0', false],
    ['::ffff:10.1.2.3', '10.1.2.3', true],
    ['::ffff:10.1.2.3', '::ffff:10.1.2.3', true],
    ['::ffff:10.1.0.0/112', '10.1.9.9', true],
    ['::ffff:10.1.0.0/112', '10.2.0.0', false],
    ['2001:db8::7', '2001:db8::7', true],
    ['2001:db8::7', '2001:0DB8:0:0::0007', true],
    ['2001:db8::7', '2001:db8::8', false],
    ['2001:db8::/32', '2001:db8:ffff::1', true],
    ['2001:db8::/32', '2001:db9::1', false],
    ['2001:db8::/32', '32.1.13.184', false],
    ['fc00::/7', 'fd12::1', true],
    ['fc00::/7', '10.0.0.1', false],
    ['fe80::/10', 'fe80::1%eth0', true],
    ['::1', '127.0.0.1', false],
    ['127.0.0.1', '::1', false],
  ])('%s: is %s one? %s', (text, address, expected) => {
    const proxies = proxiesOf(text);
    expect(proxies.has(address)).toBe(expected);
    expect(proxies.has(address)).toBe(expected);
  });

  it.each([
    '',
    'unknown',
    '_hidden',
    'localhost',
    ' 10.1.2.3',
    '10.1.2',
    '010.1.2.3',
    '0x0a.1.2.3',
    '167838211',
    '10.1.2.3/32',
    '10.1.2.3, 10.1.2.3',
    '10.1.2.3:',
    '10.1.2.3:80:80',
    '[10.1.2.3',
    '2001:db8::7]:80',
    '192.0.2.9:10.1.2.3',
  ])('do not have what is no address: %j', (text) => {
    expect(proxiesOf('10.0.0.0/8', '2001:db8::/32').has(text)).toBe(false);
  });

  it('are all of those named', () => {
    const proxies = proxiesOf('10.1.2.3', '192.168.0.0/24', '2001:db8::7');
    const asked = ['10.1.2.3', '192.168.0.9', '2001:db8::7', '10.1.2.4', '192.168.1.0', '2001:db8::8'];
    expect(asked.filter((address) => proxies.has(address))).toEqual(asked.slice(0, 3));
  });

  it('are told apart however many others have asked', () => {
    const proxies = proxiesOf('10.1.2.3');
    for (let count = 0; count < 5_000; count++)
      expect(proxies.has(`192.0.${count >> 8}.${count & 255}`)).toBe(false);
    expect(proxies.has('10.1.2.3')).toBe(true);
  });

  it.each([
    '*',
    'true',
    'all',
    'loopback',
    'proxy.example.com',
    'localhost',
    '0.0.0.0/0',
    '0.0.0.0/1',
    '128.0.0.0/1',
    '1.0.0.0/7',
    '::/0',
    '::/1',
    '::/7',
    '::/80',
    '2000::/3',
    '::ffff:0:0/96',
    '::ffff:0.0.0.0/97',
    '::ffff:128.0.0.0/97',
    '10.0.0.0/33',
    '2001:db8::/129',
    '10.0.0.0/',
    '10.0.0.0/-8',
    '10.0.0.0/8/8',
    '10.0.0.0/8.0',
    '10.0.0.0/255.0.0.0',
    '10.0.0.0/ 8',
    '10.0.0',
    '10.0.0.0:80',
    '[::1]',
    'fe80::1%eth0',
    '',
    '/8',
  ])('are not named by %j', (text) => {
    const proxies = new TrustedProxies();
    expect(proxies.add(text)).toBe(false);
    expect(proxies.isEmpty).toBe(true);
  });
});
