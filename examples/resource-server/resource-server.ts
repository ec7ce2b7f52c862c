import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AccessTokenVerifier, type Caller, InvalidAccessToken } from './access-token-verifier';

/** The role that may read the reports. */
const READER = 'support';

interface Refusal {
  readonly status: 401 | 403 | 503;
  /** RFC 6750 section 3 */
  readonly challenge?: string;
}

/** A service with one route, `GET /reports`, for users with the role `support`. */
export function resourceServer(verifier: AccessTokenVerifier): Server {
  return createServer((request, response) => void answer(verifier, request, response));
}

async function answer(
  verifier: AccessTokenVerifier,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method !== 'GET' || request.url !== '/reports') return send(response, 404, {});
  const caller = await callerOf(verifier, request);
  if ('status' in caller) return refuse(response, caller);
  if (!caller.roles.includes(READER))
    return refuse(response, { status: 403, challenge: 'Bearer error="insufficient_scope"' });
  send(response, 200, { reports: [], readBy: caller.userId });
}

async function callerOf(
  verifier: AccessTokenVerifier,
  { headers }: IncomingMessage,
): Promise<Caller | Refusal> {
  const [, token] = /^Bearer ([\w.~+/-]+=*)$/i.exec(headers.authorization ?? '') ?? [];
  if (token === undefined) return { status: 401, challenge: 'Bearer' };
  try {
    return await verifier.verify(token);
  } catch (error) {
    if (error instanceof InvalidAccessToken)
      return { status: 401, challenge: 'Bearer error="invalid_token"' };
    // Logged for the operator: a mistyped issuer looks like an unavailable one.
    const { message, cause } = error as Error;
    process.stderr.write(`${message}: ${cause instanceof Error ? cause.message : 'no cause'}\n`);
    return { status: 503 };
  }
}

function refuse(response: ServerResponse, { status, challenge }: Refusal): void {
  if (challenge !== undefined) response.setHeader('www-authenticate', challenge);
  send(response, status, {});
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(body));
}
