import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { DomainError } from '../errors';
import { withoutBase } from './base-path';
import { DEFAULT_BODY } from './body-policy';
import { isUploading } from './multipart';
import { PROBLEM_TYPE, problemOf } from './problem';
import { prepareReply, sendProblem } from './reply';
import { HeadersTooLarge, MalformedRequest, RequestTimeout } from './request-errors';
import { newRequestId, requestIdOf } from './request-id';
import { COMMON_HEADERS } from './security-headers';
import { attachServerOptions, defaultServerOptions } from './server-options';

/** The timeouts of a connection, in milliseconds. */
export const TIMEOUTS = {
  /** For the request line and headers; a new connection that sends nothing is closed by it, too. */
  headers: 10_000,
  /** For the whole request: 64 KiB over a slow connection. Must be the longer of the two, or Node swaps them. */
  request: 30_000,
  /** How often Node checks these timeouts; its default of 30 seconds would double them. */
  check: 1_000,
  /** Between two requests: longer than the 60 s of common proxies, so that the proxy closes first. */
  keepAlive: 65_000,
  /** Without a byte in either direction during a response: the client does not read it. */
  stall: 60_000,
  /** For the rest of a refused request: a reset while the client still sends would discard the response. */
  linger: 1_000,
  /** For open requests at shutdown: nearly all end sooner, and container engines kill after 10 s. */
  lastAnswers: 8_000,
};

// Each connection needs a file descriptor and some kilobytes; database connections and files need descriptors, too.
const MOST_CONNECTIONS = 10_000;

// The limit of the request head, and so of every parameter. It is the default of Node, which NODE_OPTIONS could change.
const HEAD_LIMIT_BYTES = 16_384;

const responses = new WeakMap<IncomingMessage, ServerResponse>();

/** The response to a request, for code that receives only the request. */
export function responseTo({ raw }: Pick<FastifyRequest, 'raw'>): ServerResponse {
  const response = responses.get(raw);
  if (!response) throw new Error('The request was not received by this server.');
  return response;
}

/** The HTTP server with the limits that hold for every request. */
export function createFastify(timeouts = TIMEOUTS): FastifyAdapter {
  const options = defaultServerOptions();
  const adapter = new FastifyAdapter({
    bodyLimit: DEFAULT_BODY.bytes,
    genReqId: requestIdOf,
    rewriteUrl: ({ url = '/' }) => withoutBase(url, options.publicPath),
    trustProxy: (address: string) => options.trustedProxies.has(address),
    // Requests are logged by their route, never by their URL, which may contain personal data or secrets.
    logger: false,
    // Nest's own upload interceptors would make every route accept forms.
    multipart: false,
    requestTimeout: timeouts.request,
    keepAliveTimeout: timeouts.keepAlive,
    connectionTimeout: timeouts.stall,
    // During shutdown, requests on open connections are served as usual, with "Connection: close".
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: HEAD_LIMIT_BYTES },
    http: {
      headersTimeout: timeouts.headers,
      connectionsCheckingInterval: timeouts.check,
      maxHeaderSize: HEAD_LIMIT_BYTES,
      // Refused below, because the refusal of Node has no body.
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

/** Replaces the responses of Node, which have no body or do not exist (CONNECT), by problems. */
function answerWhatNodeWouldNot(fastify: FastifyInstance, lingerMs: number): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    const { httpVersion, rawHeaders } = request.raw;
    const hosts = countOf('host', rawHeaders);
    // RFC 9112 section 3.2. Node keeps the first of two; a proxy may have used the other one.
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

/** The number of times a header was sent; Node joins or drops repeated ones. @param name in lower case */
function countOf(name: string, rawHeaders: readonly string[]): number {
  let count = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const sent = rawHeaders[at] ?? '';
    if (sent.length === name.length && sent.toLowerCase() === name) count++;
  }
  return count;
}

/**
 * For Node, a connection without a first request (browsers open them in advance) is not idle, and during shutdown Node does not
 * enforce `requestTimeout`. Both would let a client delay the shutdown without limit.
 */
function hangUpAtTheEnd(fastify: FastifyInstance, lastAnswersMs: number): void {
  const sockets = new Set<Socket>();
  let ending = false;
  fastify.server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  fastify.addHook('onSend', (_request, reply, _payload, done) => {
    // Otherwise a connection with an open request would be kept alive and delay the shutdown by `keepAliveTimeout`.
    if (ending) reply.header('connection', 'close');
    done();
  });
  fastify.addHook('preClose', async () => {
    ending = true;
    for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
    setTimeout(() => fastify.server.closeAllConnections(), lastAnswersMs).unref();
  });
}

/** Bytes that are not an HTTP request never reach the router; the response to a parser error is written to the socket. */
function answerUnreadable({ code }: NodeJS.ErrnoException, socket: Duplex, lingerMs: number): void {
  if (code === 'ECONNRESET') return void socket.destroy();
  // The rest of a request that already has a response causes parser errors, too.
  if (!socket.writable) return;
  // Node reports it once; the form has a longer limit.
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT' && isUploading(socket)) return;
  if (code === 'HPE_HEADER_OVERFLOW') return answerOn(socket, new HeadersTooLarge(), lingerMs);
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return answerOn(socket, new RequestTimeout(), lingerMs);
  answerOn(socket, new MalformedRequest(), lingerMs);
}

/** Writes the response, ends the socket, reads on for a moment, and then closes the connection. */
function answerOn(socket: Duplex, error: DomainError, lingerMs: number): void {
  // Node has no error listener on a socket that it handed over: a reset would be an uncaught error.
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
