import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { parseAddress } from './address';

const LONGEST_USER_AGENT = 256;

/** The client of a request, as it describes itself. For records only: no decision uses it. */
export interface ClientInfo {
  readonly ipAddress: string | null;
  readonly userAgent: string | null;
  /** The `Accept-Language` header, unchanged. */
  readonly language: string | null;
}

export function clientOf({ ip, headers }: Pick<FastifyRequest, 'ip' | 'headers'>): ClientInfo {
  const userAgent = headers['user-agent']?.trim().slice(0, LONGEST_USER_AGENT);
  const language = headers['accept-language'] ?? null;
  return { ipAddress: parseAddress(ip), userAgent: userAgent || null, language };
}

/** The client of a handler's request. */
export const Client = createParamDecorator((_: unknown, context: ExecutionContext): ClientInfo =>
  clientOf(context.switchToHttp().getRequest<FastifyRequest>()),
);
