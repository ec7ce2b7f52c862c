import { isIP } from 'node:net';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

const LONGEST_USER_AGENT = 256;

// Some proxies tell the port, too; and a socket for both families gives an IPv4 address in IPv6's clothes.
const WITH_PORT = /^(?:\[([^\]]*)\]|([\d.]+))(?::\d+)?$/;
const IN_IPV6 = /^::ffff:(?=\d+\.)/i;

/** Who is at the other end of a request, as far as it shows; nothing is decided by it. */
export interface ClientInfo {
  readonly ipAddress: string | null;
  readonly userAgent: string | null;
  /** The `Accept-Language` header, as it came. */
  readonly language: string | null;
}

export function clientOf({ ip, headers }: Pick<FastifyRequest, 'ip' | 'headers'>): ClientInfo {
  const userAgent = headers['user-agent']?.trim().slice(0, LONGEST_USER_AGENT);
  const language = headers['accept-language'] ?? null;
  return { ipAddress: addressIn(ip), userAgent: userAgent || null, language };
}

/** @param text contrary to its type in Fastify none once the connection is gone, and anything where a proxy passes it on */
function addressIn(text: string | undefined = ''): string | null {
  const [, bracketed, plain] = WITH_PORT.exec(text) ?? [];
  const address = (bracketed ?? plain ?? text).replace(IN_IPV6, '');
  // The zone names a network card of the machine that wrote it.
  return isIP(address) === 0 ? null : address.replace(/%.*/, '');
}

/** The client of a handler's request. */
export const Client = createParamDecorator((_: unknown, context: ExecutionContext): ClientInfo =>
  clientOf(context.switchToHttp().getRequest<FastifyRequest>()),
);
