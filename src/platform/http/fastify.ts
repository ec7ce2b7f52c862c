import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { DomainError } from '../errors';
import { withoutBase } from './base-path';
import { BODY_LIMIT_BYTES } from './json-body';
import { PROBLEM_TYPE, problemOf } from './problem';
import { prepareReply, sendProblem } from './reply';
import { HeadersTooLarge, MalformedRequest, RequestTimeout } from './request-errors';
import { newRequestId, requestIdOf } from './request-id';
import { COMMON_HEADERS } from './security-headers';
import { attachServerOptions, defaultServerOptions } from './server-options';

/** How long a connection may take for what, in milliseconds. */
export const TIMEOUTS = {
  /** For a request line and headers, a few packets; a new connection that says nothing ends by it, too. */
  headers: 10_000,
  /** For the whole request: 64 KiB on a bad line. Must be the longer of the two, or Node swaps them. */
  request: 30_000,
  /** How often Node looks for requests that are late; its own half a minute would double the limits above. */
  check: 1_000,
  /** Between two requests: longer than the 60 s after which common proxies close, so that they do it first. */
  keepAlive: 65_000,
  /** Without a byte in either direction while a request is answered: the client does not read the response. */
  stall: 60_000,
  /** For the rest of what was refused: a reset while the client still sends would take the answer from it. */
  linger: 1_000,
  /** For what is in flight at the end: nearly all of it is answered sooner, and container engines kill after 10 s. */
  lastAnswers: 8_000,
};

// Each holds a descriptor and some kilobytes; the database's connections and the files must still find theirs.
const MOST_CONNECTIONS = 10_000;

// What the whole head of a request may have, and so every parameter. Node's default, which NODE_OPTIONS could change.
const HEAD_LIMIT_BYTES = 16_384;

const responses = new WeakMap<IncomingMessage, ServerResponse>();

/** Whether the response has started, so that only closing the connection can end it early. */
export function hasResponseStarted({ raw }: Pick<FastifyRequest, 'raw'>): boolean {
  return responses.get(raw)?.headersSent ?? false;
}

/** The HTTP server with the limits that hold for every request. */
export function createFastify(timeouts = TIMEOUTS): FastifyAdapter {
  const options = defaultServerOptions();
  const adapter = new FastifyAdapter({
    bodyLimit: BODY_LIMIT_BYTES,
    genReqId: requestIdOf,
    rewriteUrl: ({ url = '/' }) => withoutBase(url, options.publicPath),
    trustProxy: (address: string) => options.trustedProxies.has(address),
    // Requests are logged by their route, never by their URL, which may hold what should not be kept.
    logger: false,
    requestTimeout: timeouts.request,
    keepAliveTimeout: timeouts.keepAlive,
    connectionTimeout: timeouts.stall,
    // While it shuts down, what still arrives on an open connection is answered as ever, with "Connection: close".
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: HEAD_LIMIT_BYTES },
    http: {
      headersTimeout: timeouts.headers,
      connectionsCheckingInterval: timeouts.check,
      maxHeaderSize: HEAD_LIMIT_BYTES,
      // Refused below: Node's own refusal has no body.
      requireHostHeader: false,
    },
    frameworkErrors: (_error: Error, request: FastifyRequest, reply: FastifyReply) =>
      sendProblem(request, reply, new MalformedRequest()),
    clientErrorHandler: (error, socket) => answerUnreadable(error, socket, timeouts.linger),
  });
  const fastify = adapter.getInstance();
  attachServerOptions(fastify, options);
  fastify.server.maxConnections = MOST_CONNECTIONS;
  fastify.addHook('onRequest', (request, reply, done) => {
    responses.set(request.raw, reply.raw);
    const refusal = prepareReply(request, reply);
    if (refusal) sendProblem(request, reply, refusal);
    else done();
  });
  answerWhatNodeWouldNot(fastify, timeouts.linger);
  hangUpAtTheEnd(fastify, timeouts.lastAnswers);
  return adapter;
}

/** Node has curt answers of its own, and none for CONNECT; here every request ends as an answer or a problem. */
function answerWhatNodeWouldNot(fastify: FastifyInstance, lingerMs: number): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    const { httpVersion, rawHeaders } = request.raw;
    const hosts = countOf('host', rawHeaders);
    // RFC 9112 section 3.2. Node keeps the first of two, a proxy may have gone by the other one.
    if (hosts > 1 || (hosts === 0 && httpVersion === '1.1'))
      sendProblem(request, reply, new MalformedRequest());
    else done();
  });
  fastify.server.on('connect', (_request, socket) => answerOn(socket, new MalformedRequest(), lingerMs));
  // An unknown expectation may be ignored (RFC 9110 section 10.1.1).
  fastify.server.on('checkExpectation', (request, response) =>
    fastify.server.emit('request', request, response),
  );
}

/** How often a header was sent; Node joins or drops what is repeated. @param name in lower case */
function countOf(name: string, rawHeaders: readonly string[]): number {
  let count = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const sent = rawHeaders[at] ?? '';
    if (sent.length === name.length && sent.toLowerCase() === name) count++;
  }
  return count;
}

/**
 * To Node a connection without a request yet (browsers open them ahead) is no idle one, and once it shuts down it no longer
 * enforces `requestTimeout`: either would hold up the end for as long as a client likes.
 */
function hangUpAtTheEnd(fastify: FastifyInstance, lastAnswersMs: number): void {
  const sockets = new Set<Socket>();
  let ending = false;
  fastify.server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  fastify.addHook('onSend', (_request, reply, _payload, done) => {
    // A connection with a request under way would else be kept for the next one, and hold up the end for `keepAliveTimeout`.
    if (ending) reply.header('connection', 'close');
    done();
  });
  fastify.addHook('preClose', async () => {
    ending = true;
    for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
    setTimeout(() => fastify.server.closeAllConnections(), lastAnswersMs).unref();
  });
}

/** Bytes that are no HTTP request never reach the router; the parser's verdict is answered on the bare socket. */
function answerUnreadable({ code }: NodeJS.ErrnoException, socket: Duplex, lingerMs: number): void {
  if (code === 'ECONNRESET') return void socket.destroy();
  // The rest of what was answered already is no more readable.
  if (!socket.writable) return;
  if (code === 'HPE_HEADER_OVERFLOW') return answerOn(socket, new HeadersTooLarge(), lingerMs);
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return answerOn(socket, new RequestTimeout(), lingerMs);
  answerOn(socket, new MalformedRequest(), lingerMs);
}

/** Answers, ends, and reads on for a moment; then the connection is over, whatever the client does. */
function answerOn(socket: Duplex, error: DomainError, lingerMs: number): void {
  // Node no longer listens to a socket that it handed over: a reset would be an uncaught error.
  socket.on('error', () => socket.destroy());
  socket.end(rawAnswer(error)).resume();
  setTimeout(() => socket.destroy(), lingerMs).unref();
}

function rawAnswer(error: DomainError): string {
  const requestId = newRequestId();
  const problem = problemOf(error, requestId);
  const body = JSON.stringify(problem);
  const head = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
    `content-type: ${PROBLEM_TYPE}`,
    `content-length: ${Buffer.byteLength(body)}`,
    ...Object.entries(COMMON_HEADERS).map(([name, value]) => `${name}: ${value}`),
    `x-request-id: ${requestId}`,
    'connection: close',
  ];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}
