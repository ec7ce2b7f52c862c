import { Injectable } from '@nestjs/common';
import { PasswordsService } from '../../passwords';
import type { RateLimitAttempt } from '../../platform/rate-limits';
import { EventBus } from '../../platform/events';
import type { ClientInfo } from '../../platform/http';
import { Mailer } from '../../platform/mail';
import { type User, UsersService } from '../../users';
import { InvalidCredentials } from '../auth.errors';
import { EMAIL_VERIFICATION_REQUEST } from '../auth.mails';
import { SignInFailed } from '../auth.events';
import { PrincipalLoader } from '../principal-loader';
import { LoginChecks } from './login-checks';
import { LoginLimits } from './login-limits';

/** What somebody signs in with. */
export interface LoginCredentials {
  /** In its normal form. */
  readonly email: string;
  readonly password: string;
  readonly deviceToken?: string | null | undefined;
}

/** Somebody who proved who they are. */
export interface VerifiedUser {
  readonly user: User;
  /** On a device that was not known, after attempts that failed: worth telling the owner. */
  readonly isSuspicious: boolean;
  /** Counted until they are let in: then it was none. */
  readonly attempt: RateLimitAttempt;
}

/** Checking an address and a password. */
@Injectable()
export class PasswordAuthenticator {
  constructor(
    private readonly users: UsersService,
    private readonly passwords: PasswordsService,
    private readonly limits: LoginLimits,
    private readonly mailer: Mailer,
    private readonly events: EventBus,
    private readonly principals: PrincipalLoader,
    private readonly checks: LoginChecks,
  ) {}

  /**
   * The user who has this address and password and may sign in. The right password of an unproven address has its mail
   * sent again.
   * @throws what a login check throws, or RateLimited, before the password is checked; InvalidCredentials after the same work whatever the reason
   */
  async authenticate(
    { email, password, deviceToken }: LoginCredentials,
    client: ClientInfo,
  ): Promise<VerifiedUser> {
    await this.checks.beforePasswordCheck({ email, client });
    const user = await this.users.findByEmail(email);
    const attempt = await this.limits.consume({ email, user, deviceToken, client });
    const signsIn = user !== null && this.principals.maySignIn(user);
    const matches = await this.limits.run(attempt, async () =>
      this.passwords.verify(user?.id ?? null, password, { signsIn, account: email }),
    );
    if (signsIn && matches)
      return { user, isSuspicious: !attempt.knownDevice && attempt.afterFailures, attempt };
    if (matches && user && !user.emailVerified)
      this.mailer.requestInBackground(EMAIL_VERIFICATION_REQUEST, {
        address: email,
        language: client.language,
      });
    await this.events.publish(new SignInFailed({ actorId: null, subjectId: user?.id ?? null }));
    await this.checks.onLoginFailure({ email, client });
    throw new InvalidCredentials();
  }
}
