import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { from, lastValueFrom, type Observable } from 'rxjs';
import { ValidationFailed } from '../errors';
import type { AcceptMultipart } from './body-parsers';
import { requestedBodyOf } from './body-policy';
import { MultipartUpload } from './multipart-upload';
import { PayloadTooLarge } from './request-errors';

/** For the rest of a form after its response: a reset while the client still sends would discard the response. */
const REST_MS = 5_000;

const FIELDS_FIRST = 'Required. The text fields of a form come before its files.';

const uploading = new WeakSet<object>();

/** Whether a form is being read, which has a time limit of its own. */
export function isUploading(socket: object): boolean {
  return uploading.has(socket);
}

/**
 * Registers the parser of forms.
 * @returns what marks a request as a form; the parser itself would accept forms on every route
 */
export function registerMultipart(fastify: FastifyInstance): AcceptMultipart {
  // Loading it takes some of the time of a start.
  const { fastifyMultipart } = require('@fastify/multipart') as typeof import('@fastify/multipart');
  let accept: AcceptMultipart | undefined;
  // Its hooks delete temporary files, which no route has, and would run for every request.
  const replaced: Readonly<Record<string, unknown>> = {
    addContentTypeParser: (_type: string, parser: AcceptMultipart) => (accept = parser),
    addHook: () => undefined,
  };
  const registrar = new Proxy(fastify, {
    get: (target, name) => {
      if (typeof name === 'string' && Object.hasOwn(replaced, name)) return replaced[name];
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
  fastifyMultipart(registrar, {}, () => undefined);
  if (!accept) throw new TypeError('@fastify/multipart registers no parser');
  return accept;
}

const awaitingContinue = new WeakSet<IncomingMessage>();

/**
 * Asks for the body only where it is going to be read. Without it, Node asks a client that sends `Expect: 100-continue` for all
 * of a form before a guard has refused it.
 */
export function delayContinue(fastify: FastifyInstance): void {
  fastify.server.on('checkContinue', (request, response) => {
    awaitingContinue.add(request);
    fastify.server.emit('request', request, response);
  });
  fastify.addHook('onRequest', (request, reply, done) => {
    if (request.headers.expect !== undefined && !requestedBodyOf(request).multipart)
      sendContinue(request.raw, reply.raw);
    done();
  });
}

function sendContinue(request: IncomingMessage, response: ServerResponse): void {
  if (awaitingContinue.delete(request)) response.writeContinue();
}

/** Reads the form of a request once the guards have passed: the text fields become the body, the files an iterable. */
class MultipartInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const { multipart, bytes } = requestedBodyOf(request);
    if (!multipart) throw new TypeError('The route has no @Multipart()');
    // Not by the parser, whose refusals close the connection while the client still sends.
    if (Number(request.headers['content-length'] ?? 0) > bytes) throw new PayloadTooLarge(bytes);
    sendContinue(request.raw, http.getResponse<FastifyReply>().raw);
    return from(this.read(request, new MultipartUpload(request, multipart, bytes), next));
  }

  private async read(request: FastifyRequest, upload: MultipartUpload, next: CallHandler): Promise<unknown> {
    const { socket } = request.raw;
    uploading.add(socket);
    try {
      Object.assign(request, { body: await upload.readFields(), files: upload.readFiles() });
      return await lastValueFrom(next.handle(), { defaultValue: undefined });
    } catch (error) {
      throw upload.hasFile && error instanceof ValidationFailed ? withOrder(error) : error;
    } finally {
      uploading.delete(socket);
      upload.end();
    }
  }
}

/** A required field may be missing because it comes after a file. */
function withOrder({ violations, countsAsAttempt }: ValidationFailed): ValidationFailed {
  const explained = violations.map((violation) =>
    violation.code === 'required' ? { ...violation, detail: FIELDS_FIRST } : violation,
  );
  return new ValidationFailed(explained, countsAsAttempt);
}

/** Has no state, so that one serves every application of a process. */
export const multipartInterceptor = new MultipartInterceptor();

/** Reads on for a moment where a form has its response before its end, and then closes the connection. */
export function discardRest({ raw }: FastifyRequest, _reply: FastifyReply, done: () => void): void {
  if (!raw.complete) {
    const socket: Socket = raw.socket;
    const timer = setTimeout(() => socket.destroy(), REST_MS).unref();
    raw.once('close', () => clearTimeout(timer)).resume();
  }
  done();
}
