import { isIP } from 'node:net';

// Some proxies append the port; a dual-stack socket reports an IPv4 address in IPv6 form.
const WITH_PORT = /^(?:\[([^\]]*)\]|([\d.]+))(?::\d+)?$/;
const IN_IPV6 = /^::ffff:(?=\d+\.)/i;

/**
 * Returns the address that a socket or a proxy reports, without port and zone; null where there is none.
 * @param text contrary to its type in Fastify undefined after the connection has closed, and any text from a proxy
 */
export function parseAddress(text: string | undefined = ''): string | null {
  const [, bracketed, plain] = WITH_PORT.exec(text) ?? [];
  const address = (bracketed ?? plain ?? text).replace(IN_IPV6, '');
  // The zone names a network interface of the sending host.
  return isIP(address) === 0 ? null : address.replace(/%.*/, '');
}
