import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  AccessTokenVerifier,
  type VerifierOptions,
} from '../../examples/resource-server/access-token-verifier';
import { resourceServer } from '../../examples/resource-server/resource-server';
import { AUDIENCE } from './issuer';

const servers: Server[] = [];

/** A service of the example that takes tokens of this issuer, and how it is asked. */
export async function serviceOf(issuer: string, options?: VerifierOptions) {
  const server = resourceServer(new AccessTokenVerifier(issuer, AUDIENCE, options)).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return async (token?: string) => {
    const headers = new Headers(token === undefined ? [] : [['authorization', `Bearer ${token}`]]);
    const response = await fetch(`http://127.0.0.1:${port}/reports`, { headers });
    const { readBy } = (await response.json()) as { readBy?: string };
    return { status: response.status, challenge: response.headers.get('www-authenticate'), readBy };
  };
}

export function closeServices(): void {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
}

/** What it answers to a token that it does not take. */
export const REFUSED = { status: 401, challenge: 'Bearer error="invalid_token"', readBy: undefined };
