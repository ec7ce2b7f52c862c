import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { DomainError } from '../errors';
import { BODY_LIMIT_BYTES } from './json-body';
import { PROBLEM_TYPE, problemOf } from './problem';
import { HeadersTooLarge, MalformedRequest, RequestTimeout } from './request-errors';
import { newRequestId, requestIdOf } from './request-id';

// Everything in flight is answered sooner; orchestrators kill after 30 s.
const LAST_ANSWERS_MS = 15_000;

/** The HTTP server with the limits that hold for every request. */
export function createFastify(): FastifyAdapter {
  const adapter = new FastifyAdapter({
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
    // Refused below: Node's own refusal has no body.
    http: { requireHostHeader: false },
    frameworkErrors: (_error: Error, request: FastifyRequest, reply: FastifyReply) => {
      void reply
        .status(400)
        .headers({ 'content-type': PROBLEM_TYPE, 'cache-control': 'no-store', 'x-request-id': request.id })
        .send(problemOf(new MalformedRequest(), request.id));
    },
    clientErrorHandler: answerUnreadable,
  });
  const fastify = adapter.getInstance();
  fastify.addHook('onRequest', (request, reply, done) => {
    // Closed by default here, too: what may be cached says so itself.
    reply.headers({ 'x-request-id': request.id, 'cache-control': 'no-store' });
    done();
  });
  answerWhatNodeWouldNot(fastify);
  hangUpAtTheEnd(fastify);
  return adapter;
}

/** Node has curt answers of its own, and none for CONNECT; here every request ends as an answer or a problem. */
function answerWhatNodeWouldNot(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', ({ raw }, _reply, done) => {
    const needsHost = raw.httpVersion === '1.1' && raw.headers.host === undefined;
    done(needsHost ? new MalformedRequest() : undefined);
  });
  fastify.server.on('connect', (_request, socket) => answerOn(socket, new MalformedRequest()));
  // An expectation that nobody here knows may be passed over (RFC 9110 section 10.1.1).
  fastify.server.on('checkExpectation', (request, response) =>
    fastify.server.emit('request', request, response),
  );
}

/**
 * To Node a connection without a request yet (browsers open them ahead) is no idle one, and once it shuts down it no longer
 * enforces `requestTimeout`: either would hold up the end for as long as a client likes.
 */
function hangUpAtTheEnd(fastify: FastifyInstance): void {
  const sockets = new Set<Socket>();
  fastify.server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  fastify.addHook('preClose', async () => {
    for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
    setTimeout(() => fastify.server.closeAllConnections(), LAST_ANSWERS_MS).unref();
  });
}

/** Bytes that are no HTTP request never reach the router; the parser's verdict is answered on the bare socket. */
function answerUnreadable({ code }: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable || code === 'ECONNRESET') return void socket.destroy();
  if (code === 'HPE_HEADER_OVERFLOW') return answerOn(socket, new HeadersTooLarge());
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return answerOn(socket, new RequestTimeout());
  answerOn(socket, new MalformedRequest());
}

function answerOn(socket: Duplex, error: DomainError): void {
  const requestId = newRequestId();
  const problem = problemOf(error, requestId);
  const body = JSON.stringify(problem);
  const head = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
    `content-type: ${PROBLEM_TYPE}`,
    `content-length: ${Buffer.byteLength(body)}`,
    'cache-control: no-store',
    `x-request-id: ${requestId}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
