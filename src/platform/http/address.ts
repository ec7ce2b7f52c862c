import { isIP } from 'node:net';

// Some proxies tell the port, too; and a socket for both families gives an IPv4 address in IPv6's form.
const WITH_PORT = /^(?:\[([^\]]*)\]|([\d.]+))(?::\d+)?$/;
const IN_IPV6 = /^::ffff:(?=\d+\.)/i;

/**
 * The address in what a socket or a proxy says, without a port and a zone; null where there is none.
 * @param text contrary to its type in Fastify none once the connection is gone, and anything where a proxy passes it on
 */
export function parseAddress(text: string | undefined = ''): string | null {
  const [, bracketed, plain] = WITH_PORT.exec(text) ?? [];
  const address = (bracketed ?? plain ?? text).replace(IN_IPV6, '');
  // The zone names a network card of the machine that wrote it.
  return isIP(address) === 0 ? null : address.replace(/%.*/, '');
}
