import {
  applyDecorators,
  type CallHandler,
  createParamDecorator,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
  UseInterceptors,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { catchError, map, type Observable } from 'rxjs';
import {
  ACCESS_COOKIE,
  accessTokenOf,
  bearerTokenOf,
  cookieOf,
  CsrfProtected,
  DEVICE_COOKIE,
  REFRESH_COOKIE,
  setCookie,
} from '../../access';
import type { CookieResponse, LoginResponse, TokenResponse } from '../auth.dto';
import { InvalidRefreshToken } from '../auth.errors';
import { isSessionBound } from '../second-step/mfa-token';

const YEAR_SECONDS = 365 * 86_400;

/** The tokens that a request presents in cookies; none where the request is not in cookie mode. */
export interface CookieTokens {
  readonly accessToken?: string | undefined;
  readonly refreshToken?: string | undefined;
}

export type CookieRequest = FastifyRequest & { cookieTokens?: CookieTokens };

/**
 * Where a handler uses cookies: `asked` by `?useCookies=true`, `no-bearer` without a Bearer header, `no-token` without any token,
 * `second-step` as `asked`, or as `no-bearer` where the step belongs to a session.
 */
type CookieModeRule = 'asked' | 'no-bearer' | 'no-token' | 'second-step';

const RULES: Readonly<Record<CookieModeRule, (request: FastifyRequest) => boolean>> = {
  asked: ({ query }) => (query as { readonly useCookies?: string }).useCookies === 'true',
  'no-bearer': (request) => bearerTokenOf(request) === undefined,
  // Not validated yet, but a body of another form is refused by the handler's DTO.
  'no-token': (request) =>
    bearerTokenOf(request) === undefined &&
    typeof (request.body as { readonly refreshToken?: unknown } | undefined)?.refreshToken !== 'string',
  'second-step': (request) =>
    isSessionBound((request.body as { readonly mfaToken?: unknown } | undefined)?.mfaToken)
      ? accessTokenOf(request)?.by === 'cookie'
      : RULES.asked(request),
};

/** A page that signs its visitor in as the attacker is an attack, too, and needs no cookie of the visitor. */
const SIGNS_IN: ReadonlySet<CookieModeRule> = new Set(['asked', 'second-step']);

const Rule = Reflector.createDecorator<CookieModeRule>();

/** States in which requests the tokens of a handler are read from and written to cookies; they must not come from another site. */
export function CookieMode(rule: CookieModeRule) {
  const isForgeable = (request: FastifyRequest): boolean =>
    RULES[rule](request) && (SIGNS_IN.has(rule) || sendsTokens(request));
  return applyDecorators(Rule(rule), CsrfProtected(isForgeable), UseInterceptors(CookieInterceptor));
}

/** The tokens that the browser attached, checked for cross-site requests. */
export const RequestCookies = createParamDecorator((_: unknown, context: ExecutionContext): CookieTokens =>
  cookieTokensOf(context.switchToHttp().getRequest<CookieRequest>()),
);

/** The device token that the browser attached, at a sign-in in cookie mode. @throws MalformedRequest where it was sent twice */
export const DeviceCookie = createParamDecorator((_: unknown, context: ExecutionContext) => {
  const request = context.switchToHttp().getRequest<FastifyRequest>();
  return RULES.asked(request) ? cookieOf(request, DEVICE_COOKIE) : undefined;
});

/** As `RequestCookies`. */
export function cookieTokensOf(request: CookieRequest): CookieTokens {
  return request.cookieTokens ?? {};
}

/**
 * Carries the tokens of a handler in cookies that no script can read, for front ends of this site. Tokens in the answer go into cookies,
 * an answer without tokens clears the cookies that were sent, and so does a refresh token that can never work again.
 */
@Injectable()
export class CookieInterceptor implements NestInterceptor {
  constructor(private readonly reflector: Reflector) {}

  /** @throws MalformedRequest where a cookie was sent twice */
  intercept(context: ExecutionContext, next: CallHandler<TokenResponse | undefined>): Observable<unknown> {
    const http = context.switchToHttp();
    const request = http.getRequest<CookieRequest>();
    const rule = this.reflector.get(Rule, context.getHandler());
    if (!RULES[rule](request)) return next.handle();
    const sent = (request.cookieTokens = tokensIn(request));
    const reply = http.getResponse<FastifyReply>();
    return next.handle().pipe(
      map((tokens) => (tokens ? setTokens(reply, tokens) : clear(reply, sent))),
      catchError((error: unknown) => {
        if (error instanceof InvalidRefreshToken && sent.refreshToken !== undefined) clear(reply, sent);
        throw error;
      }),
    );
  }
}

function tokensIn(request: FastifyRequest): CookieTokens {
  return { accessToken: cookieOf(request, ACCESS_COOKIE), refreshToken: cookieOf(request, REFRESH_COOKIE) };
}

function sendsTokens(request: FastifyRequest): boolean {
  const { accessToken, refreshToken } = tokensIn(request);
  return accessToken !== undefined || refreshToken !== undefined;
}

/** Sets the cookies, and leaves for the body what is no secret. */
function setTokens(reply: FastifyReply, tokens: TokenResponse & Partial<LoginResponse>): CookieResponse {
  const { accessToken, expiresIn, refreshToken, refreshExpiresIn, deviceToken } = tokens;
  if (deviceToken !== undefined) setDeviceCookie(reply, deviceToken);
  setCookie(reply, ACCESS_COOKIE, accessToken, expiresIn);
  setCookie(reply, REFRESH_COOKIE, refreshToken, refreshExpiresIn);
  return { tokenType: 'Cookie', expiresIn, refreshExpiresIn };
}

/** Clears nothing where nothing was sent: a form of another site could sign its visitor out. */
function clear(reply: FastifyReply, { accessToken, refreshToken }: CookieTokens): void {
  if (accessToken === undefined && refreshToken === undefined) return;
  setCookie(reply, ACCESS_COOKIE, '', 0);
  setCookie(reply, REFRESH_COOKIE, '', 0);
}

export function setDeviceCookie(reply: FastifyReply, deviceToken: string): void {
  setCookie(reply, DEVICE_COOKIE, deviceToken, YEAR_SECONDS);
}
