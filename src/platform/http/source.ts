import { isIPv6 } from 'node:net';

/** The prefixes of IPv6 addresses that contain an IPv4 address: mapped (RFC 4291) and NAT64 (RFC 6052). */
const IPV4_IN_IPV6 = new Set(['0:0:0:0:0:ffff', '64:ff9b:0:0:0:0']);

/**
 * Returns the source of an address for rate limits: an IPv4 address, or the /64 of an IPv6 address, the smallest network that a
 * provider assigns.
 * @param address null where it is unknown
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

/** The eight groups of an IPv6 address in any notation, without leading zeros. */
function groupsOf(address: string): string[] {
  // The URL parser normalises every address to the form of RFC 5952, the last 32 bits in hex.
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const [left, right] = [head, tail ?? ''].map((part) => part.split(':').filter((group) => group !== ''));
  if (tail === undefined || !left || !right) return left ?? [];
  return [...left, ...Array.from({ length: 8 - left.length - right.length }, () => '0'), ...right];
}
