import { METHODS } from 'node:http';
import fc from 'fast-check';
import type { RegisteredRoute } from '../../src/platform/http';
import { hostileBody } from './hostile-body';
import { BROKEN_FRAMES, framed, type Framing } from './hostile-framing';
import { hostileHeaders } from './hostile-headers';
import { hostileTarget } from './hostile-target';

/** Every text is written in Latin 1, so that a character is a byte. */
export interface HostileRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: readonly string[];
  readonly body: string;
  /** Whether it carries a genuine access token. */
  readonly signedIn: boolean;
  readonly framing: Framing;
}

/** A request to a route, or nearly: much about it is as it should be, so that it gets far. */
export function hostileRequest(
  routes: readonly RegisteredRoute[],
  knownNames: readonly string[],
  genuineValues: readonly string[],
): fc.Arbitrary<HostileRequest> {
  const reads = routes.filter(({ method }) => /^(GET|HEAD)$/.test(method));
  const writes = routes.filter((route) => !reads.includes(route));
  const route = fc.oneof(fc.constantFrom(...reads), { weight: 2, arbitrary: fc.constantFrom(...writes) });
  const request = route.chain((chosen) =>
    fc.record<HostileRequest>({
      method: fc.oneof(
        { weight: 12, arbitrary: fc.constant(chosen.method) },
        fc.constantFrom(...METHODS, 'BREW', 'get', '', 'A'.repeat(3_000), 'PRI'),
      ),
      target: fc.oneof(hostileTarget(chosen.url), { weight: 2, arbitrary: fc.constant(chosen.url) }),
      headers: hostileHeaders,
      body: hostileBody(knownNames, genuineValues),
      signedIn: fc.boolean(),
      framing: fc.oneof(
        { weight: 8, arbitrary: fc.constant('length' as const) },
        { weight: 2, arbitrary: fc.constant('chunked' as const) },
        { weight: 1, arbitrary: fc.constantFrom(...BROKEN_FRAMES) },
      ),
    }),
  );
  return request.map(withinBuffers).map((made) => ({ ...made, [fc.toStringMethod]: () => abridged(made) }));
}

/**
 * The content of a GET has no meaning and is not read (RFC 9110 section 9.3.1). Where it exceeds the buffers of the
 * connection, the connection is reset during the response, which is a fault of the client.
 */
function withinBuffers(request: HostileRequest): HostileRequest {
  return /^(GET|HEAD)$/.test(request.method) ? { ...request, body: request.body.slice(0, 8_192) } : request;
}

/** For the report of a failure; the seed and the path in it make the whole again. */
function abridged(request: HostileRequest): string {
  return JSON.stringify(request, (_, value: unknown) =>
    typeof value === 'string' && value.length > 200
      ? `${value.slice(0, 100)}… (${value.length} bytes)`
      : value,
  );
}

/** The bytes, and whether they are all that is needed to be answered. */
export function write(request: HostileRequest, token: string): Buffer {
  const { method, target, headers, body, framing } = request;
  const frame = framed(framing, body);
  const head = [
    `${method} ${target} HTTP/1.1`,
    'host: auth.example.test',
    'connection: close',
    ...(request.signedIn ? [`authorization: Bearer ${token}`] : []),
    ...headers,
    ...frame.headers,
  ];
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${frame.body}`, 'latin1');
}
