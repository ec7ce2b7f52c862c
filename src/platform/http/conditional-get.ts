import { createHash } from 'node:crypto';
import {
  applyDecorators,
  type CallHandler,
  type ExecutionContext,
  HttpStatus,
  Injectable,
  type NestInterceptor,
  UseInterceptors,
} from '@nestjs/common';
import { ApiNotModifiedResponse } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { map, type Observable } from 'rxjs';

/** Sends an `ETag`, and 304 where `If-None-Match` matches (RFC 9110 sections 8.8.3 and 13.1.2). */
@Injectable()
class ConditionalGetInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler<object>): Observable<object | undefined> {
    const http = context.switchToHttp();
    const { headers } = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    return next.handle().pipe(
      map((body) => {
        const etag = `"${createHash('sha256').update(JSON.stringify(body)).digest('base64url')}"`;
        reply.header('etag', etag);
        if (!matches(headers['if-none-match'], etag)) return body;
        reply.status(HttpStatus.NOT_MODIFIED);
        return undefined;
      }),
    );
  }
}

/** Adds an `ETag` to a cacheable response and answers a matching `If-None-Match` with 304. */
export function ConditionalGet(): MethodDecorator {
  return applyDecorators(
    UseInterceptors(ConditionalGetInterceptor),
    ApiNotModifiedResponse({ description: 'The representation named by `If-None-Match` is current' }),
  );
}

/** The weak comparison, because a compressing proxy marks the tag as weak. A star is valid only alone. */
function matches(condition: string | undefined, etag: string): boolean {
  if (condition === undefined) return false;
  const tags = condition.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return condition.trim() === '*' || tags.includes(etag);
}
