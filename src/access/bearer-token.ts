import type { FastifyRequest } from 'fastify';

/**
 * The token of an `Authorization: Bearer` header (RFC 6750 section 2.1; the scheme in any case). Nothing else is read:
 * no query parameter, no form field.
 *
 * @returns undefined where there is no such header; what follows the scheme otherwise, be it empty or nonsense
 */
export function bearerTokenOf({ headers }: Pick<FastifyRequest, 'headers'>): string | undefined {
  const [scheme = '', ...rest] = (headers.authorization ?? '').split(' ');
  return scheme.toLowerCase() === 'bearer' ? rest.join(' ').trim() : undefined;
}
