import { BlockList, isIP } from 'node:net';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Environment } from '../config';
import { parseAddress } from './address';

// Nobody has a network larger than these (10.0.0.0/8, fc00::/7); a shorter prefix is the Internet, or half of it.
const SHORTEST_PREFIX = { ipv4: 8, ipv6: 7 };
// To look an address up takes longer than the rest of what is asked at the door, and a proxy's comes again and again.
const MOST_REMEMBERED = 1_000;

/** Whose word on the client's address and scheme is taken. */
export class TrustedProxies {
  private readonly addresses = new BlockList();
  private readonly remembered = new Map<string, boolean>();
  isEmpty = true;

  /** @param text an address, with its port where a proxy writes one */
  has(text: string | undefined): boolean {
    if (text === undefined || this.isEmpty) return false;
    const address = parseAddress(text);
    if (address === null) return false;
    const known = this.remembered.get(address);
    if (known !== undefined) return known;
    const isTrusted = this.addresses.check(address, nameOf(isIP(address)));
    if (this.remembered.size >= MOST_REMEMBERED) this.remembered.clear();
    this.remembered.set(address, isTrusted);
    return isTrusted;
  }

  /** @returns whether the text names addresses of proxies: one, or a range that is not the whole Internet */
  add(text: string): boolean {
    const [address = '', prefix, ...rest] = text.split('/');
    const family = nameOf(isIP(address));
    const bits = family === 'ipv6' ? 128 : 32;
    const length = prefix === undefined ? bits : /^\d{1,3}$/.test(prefix) ? Number(prefix) : 0;
    if (isIP(address) === 0 || address.includes('%') || rest.length > 0) return false;
    if (length < SHORTEST_PREFIX[family] || length > bits) return false;
    if (family === 'ipv6' && holdsIpv4Internet(address, length)) return false;
    this.addresses.addSubnet(address, length, family);
    this.remembered.clear();
    this.isEmpty = false;
    return true;
  }
}

function nameOf(family: number): 'ipv4' | 'ipv6' {
  return family === 6 ? 'ipv6' : 'ipv4';
}

/** IPv4 addresses are IPv6 addresses, too: those from ::ffff:0.0.0.0 to ::ffff:255.255.255.255. */
function holdsIpv4Internet(address: string, length: number): boolean {
  const range = new BlockList();
  range.addSubnet(address, length, 'ipv6');
  const blocks = ['0.0.0.0', '127.255.255.255', '128.0.0.0', '255.255.255.255'];
  return blocks.filter((each) => range.check(each, 'ipv4')).length > 1;
}

export function readTrustedProxies(environment: Environment): TrustedProxies {
  const proxies = new TrustedProxies();
  for (const text of environment.list('TRUSTED_PROXIES')) {
    if (!proxies.add(text))
      environment.addFault(
        'TRUSTED_PROXIES',
        `has ${JSON.stringify(text)}`,
        'use the addresses of your proxies, as 10.1.2.3 or 10.1.0.0/16, separated by commas',
      );
  }
  return proxies;
}

// A server is made before the settings are read, and asks for every request who is trusted.
const trusted = new WeakMap<object, { proxies: TrustedProxies }>();

/** What a server is made with: nobody is trusted until `trustProxies` says who. */
export function trustNobodyYet(): {
  readonly trusts: (address: string) => boolean;
  readonly attach: (fastify: FastifyInstance) => void;
} {
  const holder = { proxies: new TrustedProxies() };
  return {
    trusts: (address) => holder.proxies.has(address),
    attach: ({ server }) => void trusted.set(server, holder),
  };
}

/** From now on `request.ip` is what these proxies say (X-Forwarded-For), and `cameByHttps` (X-Forwarded-Proto). */
export function trustProxies({ server }: FastifyInstance, proxies: TrustedProxies): void {
  const holder = trusted.get(server);
  if (!holder) throw new TypeError('The server was not made by createFastify()');
  holder.proxies = proxies;
}

/**
 * Not `request.protocol`: where the path cannot be read Fastify makes a request that trusts nobody.
 * Of several values the last is the one that the proxy nearest to us wrote.
 */
export function cameByHttps({ raw: { headers, socket }, server }: FastifyRequest): boolean {
  const said = headers['x-forwarded-proto'];
  if (said === undefined || !trusted.get(server.server)?.proxies.has(socket.remoteAddress))
    return 'encrypted' in socket && socket.encrypted === true;
  return String(said).split(',').at(-1)?.trim().toLowerCase() === 'https';
}
