import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { v7 as uuidv7 } from 'uuid';
import { BODY_LIMIT_BYTES } from './json-body';
import { PROBLEM_TYPE, problemOf } from './problem';
import { MalformedRequest } from './request-errors';
import { requestIdOf } from './request-id';

/** The HTTP server with the limits that hold for every request. */
export function createFastify(): FastifyAdapter {
  return new FastifyAdapter({
    bodyLimit: BODY_LIMIT_BYTES,
    genReqId: requestIdOf,
    // Requests are logged by their route, never by their URL, which may hold what should not be kept.
    logger: false,
    // A request that trickles in holds a socket, not a thread; half a minute is enough for 64 KiB on a bad line.
    requestTimeout: 30_000,
    // Longer than the 60 s for which common proxies keep an idle connection, so that they close it first.
    keepAliveTimeout: 65_000,
    // While it shuts down, what still arrives on an open connection is answered as ever, with "Connection: close".
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    // Node limits the whole head of a request to 16 KiB, which bounds every parameter.
    routerOptions: { maxParamLength: 16_384 },
    frameworkErrors: (_error: Error, request: FastifyRequest, reply: FastifyReply) => {
      void reply
        .status(400)
        .headers({ 'content-type': PROBLEM_TYPE, 'cache-control': 'no-store', 'x-request-id': request.id })
        .send(problemOf(new MalformedRequest(), request.id));
    },
    clientErrorHandler: answerUnreadable,
  });
}

/** Bytes that are no HTTP request never reach the router; the parser's verdict is answered on the bare socket. */
function answerUnreadable(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy();
  const status =
    error.code === 'HPE_HEADER_OVERFLOW' ? 431 : error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400;
  const requestId = uuidv7();
  const body = JSON.stringify(problemOf(new MalformedRequest(), requestId, status));
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    `content-type: ${PROBLEM_TYPE}`,
    `content-length: ${Buffer.byteLength(body)}`,
    'cache-control: no-store',
    `x-request-id: ${requestId}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
