import { isIPv6 } from 'node:net';

/** Where an IPv4 address stands in an IPv6 one: mapped (RFC 4291), and translated by NAT64 (RFC 6052). */
const IPV4_IN_IPV6 = new Set(['0:0:0:0:0:ffff', '64:ff9b:0:0:0:0']);

/**
 * Whom an address stands for: itself, or for IPv6 its /64, the least that anybody is given.
 * @param address null where none is known
 */
export function sourceOf(address: string | null): string {
  if (address === null) return 'unknown';
  if (!isIPv6(address)) return address;
  const groups = groupsOf(address);
  const [head, tail] = [groups.slice(0, 6).join(':'), groups.slice(6)];
  return IPV4_IN_IPV6.has(head) ? ipv4Of(tail) : `${groups.slice(0, 4).join(':')}::/64`;
}

function ipv4Of(groups: readonly string[]): string {
  return groups.flatMap((group) => [parseInt(group, 16) >> 8, parseInt(group, 16) & 255]).join('.');
}

/** The eight groups of an IPv6 address, however it was shortened, without leading zeros. */
function groupsOf(address: string): string[] {
  // The URL parser writes every address in the one form of RFC 5952, the last 32 bits in hex as well.
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const [left, right] = [head, tail ?? ''].map((part) => part.split(':').filter((group) => group !== ''));
  if (tail === undefined || !left || !right) return left ?? [];
  return [...left, ...Array.from({ length: 8 - left.length - right.length }, () => '0'), ...right];
}
