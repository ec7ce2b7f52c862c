import { AsyncLocalStorage } from 'node:async_hooks';
import { Injectable } from '@nestjs/common';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type ClientInfo, clientOf } from './client';
import { generatedRequestIdOf } from './request-id';

/** What caused whatever is being done: a request, or nothing but the application itself or a command. */
export interface RequestContext extends ClientInfo {
  /** An id of ours, also where the caller brought one. */
  readonly requestId: string | null;
  /** The signed-in user who made it, as the guard found them. */
  readonly userId: string | null;
}

const NO_REQUEST: RequestContext = {
  requestId: null,
  userId: null,
  ipAddress: null,
  userAgent: null,
  language: null,
};

// One for the process: each that was ever used makes every asynchronous step dearer, for good (Node 20).
const answering = new AsyncLocalStorage<{
  readonly of: CurrentRequest;
  readonly request: FastifyRequest & { readonly user?: { readonly userId?: string } };
}>();

/** The request that is being answered, for whoever records what happens and is not told of it by name. */
@Injectable()
export class CurrentRequest {
  track(fastify: FastifyInstance): void {
    // After the body was read: what follows the events of a socket is in nobody's context.
    fastify.addHook('preValidation', (request, _reply, done) => answering.run({ of: this, request }, done));
  }

  /** Does what a request only happens to set off. */
  runDetached<T>(work: () => T): T {
    return answering.exit(work);
  }

  /** The signed-in user who made it; undefined where there is none. */
  get userId(): string | undefined {
    const answer = answering.getStore();
    return answer?.of === this ? answer.request.user?.userId : undefined;
  }

  get context(): RequestContext {
    const answer = answering.getStore();
    if (answer?.of !== this) return NO_REQUEST;
    const { request } = answer;
    return {
      requestId: generatedRequestIdOf(request),
      userId: request.user?.userId ?? null,
      ...clientOf(request),
    };
  }
}
