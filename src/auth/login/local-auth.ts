import {
  applyDecorators,
  createParamDecorator,
  type ExecutionContext,
  Injectable,
  UseGuards,
} from '@nestjs/common';
import { AuthGuard, PassportStrategy } from '@nestjs/passport';
import { ApiBody, ApiQuery } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Strategy } from 'passport-local';
import { ACCESS_COOKIE, cookieOf, DEVICE_COOKIE, REFRESH_COOKIE } from '../../access';
import { PasswordsService } from '../../passwords';
import { type RateLimitAttempt, SourceRateLimiter } from '../../platform/rate-limits';
import { clientOf, RequestValidation } from '../../platform/http';
import { Mailer } from '../../platform/mail';
import { type User, UsersService } from '../../users';
import { LoginQuery, LoginRequest } from '../auth.dto';
import { InvalidCredentials } from '../auth.errors';
import { EMAIL_VERIFICATION_REQUEST } from '../auth.mails';
import { LOGIN_BY_SOURCE } from '../auth.rate-limits';
import { PrincipalLoader } from '../principal-loader';
import { LoginChecks, RunsLoginChecks } from './login-checks';
import { LoginLimits } from './login-limits';

/** A user whose credentials were verified, and who has no session yet. */
export interface VerifiedUser {
  readonly user: User;
  /** Whether the owner gets a notice mail: the device is unknown, and earlier attempts failed. */
  readonly isSuspicious: boolean;
  /** As presented. */
  readonly deviceToken: string | null | undefined;
  /** The attempt to refund once the login checks have passed. */
  readonly attempt: RateLimitAttempt;
}

type LoginHttpRequest = FastifyRequest & { readonly user: VerifiedUser };

/**
 * Verifies the credentials of a login request with `LocalStrategy`. Guards run before pipes, so this guard validates the body: Passport
 * would look for a missing field in the query string. The handler receives the `VerifiedUser` and validates nothing again.
 */
@Injectable()
export class LocalAuthGuard extends AuthGuard('local') {
  constructor(
    private readonly validation: RequestValidation,
    private readonly sources: SourceRateLimiter,
    private readonly limits: LoginLimits,
  ) {
    super();
  }

  override async canActivate(context: ExecutionContext): Promise<true> {
    const http = context.switchToHttp();
    const request = http.getRequest<LoginHttpRequest>();
    const { email, deviceToken } = (request.body = await this.validate(request));
    const authenticate = async (): Promise<unknown> => super.canActivate(context);
    // Strangers who share the IP address of the owner must not use up the limit of the owner's device.
    if (await this.limits.isKnownDevice(email, deviceToken)) await authenticate();
    else await this.sources.run(LOGIN_BY_SOURCE, request, http.getResponse<FastifyReply>(), authenticate);
    return true;
  }

  override handleRequest<Verified>(error: unknown, verified: Verified | false): Verified {
    if (error) throw error;
    if (!verified) throw new InvalidCredentials();
    return verified;
  }

  private async validate(request: FastifyRequest): Promise<LoginRequest> {
    const query = { type: 'query', metatype: LoginQuery } as const;
    const { useCookies } = (await this.validation.transform(request.query, query)) as LoginQuery;
    // A duplicate cookie is refused before a session is opened: afterwards its tokens could not be returned.
    const [deviceCookie] = useCookies === 'true' ? COOKIES.map((name) => cookieOf(request, name)) : [];
    const body = { type: 'body', metatype: LoginRequest } as const;
    const login = (await this.validation.transform(request.body, body)) as LoginRequest;
    return Object.assign(login, { deviceToken: login.deviceToken ?? deviceCookie });
  }
}

const COOKIES = [DEVICE_COOKIE, ACCESS_COOKIE, REFRESH_COOKIE] as const;

/** Authenticates a login request by e-mail address and password. Used through `LocalAuthGuard` only, which validates the body. */
@Injectable()
export class LocalStrategy extends PassportStrategy(Strategy, 'local') {
  constructor(
    private readonly checks: LoginChecks,
    private readonly users: UsersService,
    private readonly limits: LoginLimits,
    private readonly principals: PrincipalLoader,
    private readonly passwords: PasswordsService,
    private readonly mailer: Mailer,
  ) {
    super({ usernameField: 'email', passwordField: 'password', passReqToCallback: true });
  }

  /**
   * The right password of an unverified address sends the verification mail again.
   * @throws RateLimited, or what a login check throws, before the password is checked; InvalidCredentials after the same work whatever
   * the reason
   */
  async validate(request: FastifyRequest, email: string, password: string): Promise<VerifiedUser> {
    const { deviceToken } = request.body as LoginRequest;
    const client = clientOf(request);
    await this.checks.beforePasswordCheck({ email, client });
    const user = await this.users.findByEmail(email);
    const attempt = await this.limits.consume({ email, user, deviceToken, client });
    const signsIn = user !== null && this.principals.maySignIn(user);
    const matches = await this.limits.run(attempt, async () =>
      this.passwords.verify(user?.id ?? null, password, { signsIn, account: email }),
    );
    if (signsIn && matches) {
      const isSuspicious = !attempt.knownDevice && attempt.afterFailures;
      return { user, isSuspicious, deviceToken, attempt };
    }
    if (matches && user && !user.emailVerified)
      this.mailer.requestInBackground(EMAIL_VERIFICATION_REQUEST, {
        address: email,
        language: client.language,
      });
    await this.checks.onLoginFailure({ email, client }, user?.id ?? null);
    throw new InvalidCredentials();
  }
}

/** The user whose credentials `LocalAuthGuard` has verified. */
export const CurrentLogin = createParamDecorator(
  (_: unknown, context: ExecutionContext): VerifiedUser =>
    context.switchToHttp().getRequest<LoginHttpRequest>().user,
);

/** Authenticates a handler by the credentials in its body; `@CurrentLogin()` then gives the `VerifiedUser`. */
export function LocalLogin(): MethodDecorator {
  const description = 'Tokens as cookies that scripts cannot read, instead of in the body';
  const schema = { type: 'string' as const, enum: ['true', 'false'], default: 'false' };
  return applyDecorators(
    UseGuards(LocalAuthGuard),
    RunsLoginChecks(),
    ApiBody({ type: LoginRequest }),
    ApiQuery({ name: 'useCookies', required: false, description, schema }),
  );
}
