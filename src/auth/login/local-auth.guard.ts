import { type ExecutionContext, Injectable } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ACCESS_COOKIE, cookieOf, DEVICE_COOKIE, REFRESH_COOKIE, CsrfProtection } from '../../access';
import { SourceRateLimiter } from '../../platform/rate-limits';
import { RequestValidation } from '../../platform/http';
import { LOGIN_BY_SOURCE } from '../auth.rate-limits';
import { LoginQuery, LoginRequest } from '../auth.dto';
import { InvalidCredentials } from '../auth.errors';
import { LoginLimits } from './login-limits';

/**
 * Guards run before pipes, so Passport would read an unchecked body, and where that lacks a field it would take it from
 * the query string: a password in a URL. Checking the body here leaves it nothing to look for.
 */
@Injectable()
export class LocalAuthGuard extends AuthGuard('local') {
  constructor(
    private readonly validation: RequestValidation,
    private readonly csrf: CsrfProtection,
    private readonly limit: SourceRateLimiter,
    private readonly limits: LoginLimits,
  ) {
    super();
  }

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const query = (await this.validation.transform(request.query, {
      type: 'query',
      metatype: LoginQuery,
    })) as LoginQuery;
    // Signing somebody in as the attacker is an attack, too: what they then enter is the attacker's to read.
    if (query.useCookies === 'true') this.assertCookieMode(request);
    const body = await this.validation.transform(request.body, { type: 'body', metatype: LoginRequest });
    const { email, deviceToken } = (request.body = withDevice(body as LoginRequest, query, request));
    // A budget that strangers cannot use up: not even those who share the owner's address.
    if (await this.limits.isKnownDevice(email, deviceToken))
      return (await super.canActivate(context)) as boolean;
    return this.limit.run(LOGIN_BY_SOURCE, request, http.getResponse<FastifyReply>(), async () =>
      super.canActivate(context),
    );
  }

  private assertCookieMode(request: FastifyRequest): void {
    this.csrf.assertAllowed(request);
    // Before a session is opened that the answer could then not be given for.
    for (const name of [ACCESS_COOKIE, REFRESH_COOKIE, DEVICE_COOKIE]) cookieOf(request, name);
  }

  override handleRequest<User>(error: unknown, user: User | false): User {
    if (error) throw error;
    if (!user) throw new InvalidCredentials();
    return user;
  }
}

/** In cookie mode the browser brings along which device it is. */
function withDevice(body: LoginRequest, { useCookies }: LoginQuery, request: FastifyRequest): LoginRequest {
  const inCookie = useCookies === 'true' ? cookieOf(request, DEVICE_COOKIE) : undefined;
  return Object.assign(body, { deviceToken: body.deviceToken ?? inCookie });
}
