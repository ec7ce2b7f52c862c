import { type ExecutionContext, Injectable } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import { ACCESS_COOKIE, cookieOf, DEVICE_COOKIE, REFRESH_COOKIE, SameSite } from '../access';
import { RequestValidation } from '../platform/http';
import { LoginQuery, LoginRequest } from './auth.dto';
import { InvalidCredentials } from './auth.errors';

/**
 * Guards run before pipes, so Passport would read an unchecked body, and where that lacks a field it would take it from
 * the query string: a password in a URL. Checking the body here leaves it nothing to look for.
 */
@Injectable()
export class LocalAuthGuard extends AuthGuard('local') {
  constructor(
    private readonly validation: RequestValidation,
    private readonly sameSite: SameSite,
  ) {
    super();
  }

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const query = (await this.validation.transform(request.query, {
      type: 'query',
      metatype: LoginQuery,
    })) as LoginQuery;
    // Signing somebody in as the attacker is an attack, too: what they then enter is the attacker's to read.
    if (query.useCookies === 'true') this.assertCookieMode(request);
    request.body = await this.validation.transform(request.body, { type: 'body', metatype: LoginRequest });
    return (await super.canActivate(context)) as boolean;
  }

  private assertCookieMode(request: FastifyRequest): void {
    this.sameSite.assert(request);
    // Before a session is opened that the answer could then not be given for.
    for (const name of [ACCESS_COOKIE, REFRESH_COOKIE, DEVICE_COOKIE]) cookieOf(request, name);
  }

  override handleRequest<User>(error: unknown, user: User | false): User {
    if (error) throw error;
    if (!user) throw new InvalidCredentials();
    return user;
  }
}
