import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

const LONGEST_USER_AGENT = 256;

/** Who is at the other end of a request, as far as it shows; nothing is decided by it. */
export interface ClientInfo {
  readonly ipAddress: string | null;
  readonly userAgent: string | null;
}

export function clientOf({ ip, headers }: Pick<FastifyRequest, 'ip' | 'headers'>): ClientInfo {
  const userAgent = headers['user-agent']?.trim().slice(0, LONGEST_USER_AGENT);
  // Contrary to its type there is none once the connection is gone.
  const address = ip as string | undefined;
  // A socket for both families gives an IPv4 address in IPv6's clothes.
  return { ipAddress: address?.replace(/^::ffff:(?=\d+\.)/, '') ?? null, userAgent: userAgent || null };
}

/** The client of a handler's request. */
export const Client = createParamDecorator((_: unknown, context: ExecutionContext): ClientInfo =>
  clientOf(context.switchToHttp().getRequest<FastifyRequest>()),
);
