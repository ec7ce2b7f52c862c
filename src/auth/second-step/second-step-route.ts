import {
  applyDecorators,
  createParamDecorator,
  type ExecutionContext,
  HttpCode,
  HttpStatus,
} from '@nestjs/common';
import { ApiBearerAuth, ApiCookieAuth, ApiQuery } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { accessTokenOf, AuthenticationRequired, CsrfProtected, InvalidToken, Public } from '../../access';
import { ValidationFailed } from '../../platform/errors';
import { ApiProblems, type ClientInfo, clientOf } from '../../platform/http';
import { SecondStepResponse } from '../auth.dto';
import { InvalidCredentials } from '../auth.errors';
import { CookieMode, type CookieTokens, cookieTokensOf } from '../token/cookie.interceptor';
import { RunsLoginChecks } from '../login/login-checks';
import { ApiTokens } from '../token/token-docs';
import { isSessionBound } from './mfa-token';
import { InvalidFactor, InvalidMfaToken } from './second-step.errors';

/** Where a second step comes from. */
export interface SecondStepCaller {
  readonly client: ClientInfo;
  /** Read only where the mfaToken belongs to a session, so that a stale cookie never keeps a user from signing in. */
  readonly accessToken: string | undefined;
  /** The cookies that the response replaces. */
  readonly cookies: CookieTokens;
}

/** The caller of a handler with `@BeginsSecondStep()` or `@CompletesSignIn()`. */
export const CurrentSecondStep = createParamDecorator((_: unknown, context: ExecutionContext) => {
  const request = context.switchToHttp().getRequest<FastifyRequest>();
  const isBound = isSessionBound((request.body as { readonly mfaToken?: unknown } | undefined)?.mfaToken);
  const accessToken = isBound ? accessTokenOf(request)?.token : undefined;
  return {
    client: clientOf(request),
    accessToken,
    cookies: cookieTokensOf(request),
  } satisfies SecondStepCaller;
});

/** A public route that calls `SecondStepService.begin`, with its CSRF check and documentation. */
export function BeginsSecondStep(): MethodDecorator {
  return applyDecorators(
    Public(),
    CsrfProtected(),
    HttpCode(HttpStatus.OK),
    ApiBearerAuth('bearer'),
    ApiCookieAuth('cookie'),
    ApiProblems(InvalidMfaToken, AuthenticationRequired, InvalidToken, ValidationFailed),
  );
}

/** A public route that calls `SecondStepService.complete`, with its cookies, CSRF check and documentation. */
export function CompletesSignIn(): MethodDecorator {
  const description = 'Tokens as cookies that scripts cannot read, instead of in the body';
  const schema = { type: 'string' as const, enum: ['true', 'false'], default: 'false' };
  return applyDecorators(
    Public(),
    RunsLoginChecks(),
    CookieMode('second-step'),
    HttpCode(HttpStatus.OK),
    ApiBearerAuth('bearer'),
    ApiCookieAuth('cookie'),
    ApiQuery({ name: 'useCookies', required: false, description, schema }),
    ApiTokens(SecondStepResponse, 'SecondStepOutcome'),
    ApiProblems(
      InvalidMfaToken,
      InvalidFactor,
      InvalidCredentials,
      AuthenticationRequired,
      InvalidToken,
      ValidationFailed,
    ),
  );
}
