import { BlockList, isIP } from 'node:net';
import type { Environment } from '../config';
import { parseAddress } from './address';

// The largest private networks (10.0.0.0/8, fc00::/7); a shorter prefix covers the Internet or half of it.
const SHORTEST_PREFIX = { ipv4: 8, ipv6: 7 };
// A lookup takes longer than the rest of the checks on a request, and proxies have few addresses.
const MOST_CACHED = 1_000;

/** The proxies that are trusted to report the client's address and scheme. */
export class TrustedProxies {
  private readonly addresses = new BlockList();
  private readonly cache = new Map<string, boolean>();
  isEmpty = true;

  /** @param text an address, possibly with a port */
  has(text: string | undefined): boolean {
    if (text === undefined || this.isEmpty) return false;
    const address = parseAddress(text);
    if (address === null) return false;
    const known = this.cache.get(address);
    if (known !== undefined) return known;
    const isTrusted = this.addresses.check(address, familyOf(isIP(address)));
    if (this.cache.size >= MOST_CACHED) this.cache.clear();
    this.cache.set(address, isTrusted);
    return isTrusted;
  }

  /** @returns whether the text is valid: an address, or a range that does not cover the Internet */
  add(text: string): boolean {
    const [address = '', prefix, ...rest] = text.split('/');
    const family = familyOf(isIP(address));
    const bits = family === 'ipv6' ? 128 : 32;
    const length = prefix === undefined ? bits : /^\d{1,3}$/.test(prefix) ? Number(prefix) : 0;
    if (isIP(address) === 0 || address.includes('%') || rest.length > 0) return false;
    if (length < SHORTEST_PREFIX[family] || length > bits) return false;
    if (family === 'ipv6' && coversIpv4Internet(address, length)) return false;
    this.addresses.addSubnet(address, length, family);
    this.cache.clear();
    this.isEmpty = false;
    return true;
  }
}

function familyOf(version: number): 'ipv4' | 'ipv6' {
  return version === 6 ? 'ipv6' : 'ipv4';
}

/** IPv4 addresses are IPv6 addresses as well: ::ffff:0.0.0.0 to ::ffff:255.255.255.255. */
function coversIpv4Internet(address: string, length: number): boolean {
  const range = new BlockList();
  range.addSubnet(address, length, 'ipv6');
  const samples = ['0.0.0.0', '127.255.255.255', '128.0.0.0', '255.255.255.255'];
  return samples.filter((sample) => range.check(sample, 'ipv4')).length > 1;
}

export function readTrustedProxies(environment: Environment): TrustedProxies {
  const proxies = new TrustedProxies();
  for (const text of environment.list('TRUSTED_PROXIES')) {
    if (!proxies.add(text))
      environment.addFault(
        'TRUSTED_PROXIES',
        `has ${JSON.stringify(text)}`,
        'use the addresses of your proxies, such as 10.1.2.3 or 10.1.0.0/16, separated by commas',
      );
  }
  return proxies;
}
