import { AsyncLocalStorage } from 'node:async_hooks';
import { Injectable } from '@nestjs/common';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type ClientInfo, clientOf } from './client';
import { generatedRequestIdOf } from './request-id';

/** The request that caused an action; all fields are null for the application itself and for commands. */
export interface RequestContext extends ClientInfo {
  /** A generated id, also where the client sent one. */
  readonly requestId: string | null;
  /** The signed-in user, as set by the guard. */
  readonly userId: string | null;
}

const NO_REQUEST: RequestContext = {
  requestId: null,
  userId: null,
  ipAddress: null,
  userAgent: null,
  language: null,
};

// One for the process: each used instance slows every asynchronous step down permanently (Node 20).
const answering = new AsyncLocalStorage<{
  readonly of: CurrentRequest;
  readonly request: FastifyRequest & { readonly user?: { readonly userId?: string } };
}>();

/** The body of the current request, for a pipe that receives a member of it; undefined where there is none. */
export function bodyOfCurrentRequest(): unknown {
  return answering.getStore()?.request.body;
}

/** The current request, for code that records its origin without receiving it as a parameter. */
@Injectable()
export class CurrentRequest {
  track(fastify: FastifyInstance): void {
    // After the body was read, because socket events run outside the context.
    fastify.addHook('preValidation', (request, _reply, done) => answering.run({ of: this, request }, done));
  }

  /** Runs work outside the context of the request that triggers it. */
  runDetached<T>(work: () => T): T {
    return answering.exit(work);
  }

  /** The signed-in user; undefined where there is none. */
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
