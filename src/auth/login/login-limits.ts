import { Injectable } from '@nestjs/common';
import { type RateLimitAttempt, RateLimiter } from '../../platform/rate-limits';
import { RateLimited } from '../../platform/errors';
import { type ClientInfo, sourceOf } from '../../platform/http';
import { type User, UsersService } from '../../users';
import {
  LOGIN_AFTER_RESET,
  LOGIN_BY_ACCOUNT,
  LOGIN_BY_DEVICE,
  LOGIN_BY_KNOWN_DEVICES,
  RIGHT_PASSWORDS,
} from '../auth.rate-limits';
import { DeviceTokens } from './device-tokens';

/** Who tries to sign in, as far as it shows. */
export interface LoginSource {
  readonly email: string;
  /** Null where there is no such account: everything goes the same way then. */
  readonly user: User | null;
  readonly deviceToken: string | null | undefined;
  readonly client: ClientInfo;
}

/** Which budget a sign-in is counted in, so that guessing does not pay and the owner is not locked out by it. */
@Injectable()
export class LoginLimits {
  constructor(
    private readonly attempts: RateLimiter,
    private readonly devices: DeviceTokens,
    private readonly users: UsersService,
  ) {}

  /** @throws RateLimited */
  async consume({
    email,
    user,
    deviceToken,
    client,
  }: LoginSource): Promise<RateLimitAttempt & { readonly knownDevice: boolean }> {
    const device = this.devices.nameOf(user, deviceToken);
    if (device !== null) return { ...(await this.consumeForDevice(email, device)), knownDevice: true };
    return { ...(await this.consumeForAccount(email, client)), knownDevice: false };
  }

  /** Whether this is a device that has signed in to that address before. */
  async isKnownDevice(email: string, deviceToken: string | null | undefined): Promise<boolean> {
    // Looked up whether or not there is such an account, so that the time it takes tells nothing.
    const user = deviceToken ? await this.users.findByEmail(email) : null;
    return this.devices.nameOf(user, deviceToken) !== null;
  }

  /** Makes a claimed attempt; one that could not be made at all is given back. */
  async run<T>(attempt: RateLimitAttempt, work: () => Promise<T>): Promise<T> {
    return this.attempts.run(attempt, work);
  }

  /** The attempts that failed because the address had not been proven yet were no guesses. */
  async resetAccount(email: string): Promise<void> {
    await this.attempts.reset(LOGIN_BY_ACCOUNT, email);
  }

  /** @returns the token by which the device is known at its next login */
  renewDevice(user: User, deviceToken: string | null | undefined): string {
    return this.devices.renew(user, deviceToken);
  }

  /** Refunds the attempt after a right password, and counts that. @throws RateLimited where the account had too many */
  async recordSuccess(attempt: RateLimitAttempt, userId: string): Promise<void> {
    await this.attempts.refund(attempt);
    await this.attempts.consume(RIGHT_PASSWORDS, userId);
  }

  /** Lets the owner in who has just proven the mailbox, from where they did. */
  async grantAfterReset({ id, email }: Pick<User, 'id' | 'email'>, { ipAddress }: ClientInfo): Promise<void> {
    // An attacker who had the password may have used it up.
    await this.attempts.reset(RIGHT_PASSWORDS, id);
    await this.attempts.grant(LOGIN_AFTER_RESET, email, sourceOf(ipAddress));
  }

  /** In the budget of the device and in that of all known devices: who signs in often collects devices, not guesses. */
  private async consumeForDevice(email: string, device: string): Promise<RateLimitAttempt> {
    const own = await this.attempts.consume(LOGIN_BY_DEVICE, email, device);
    return this.attempts.consumeAlso(own, LOGIN_BY_KNOWN_DEVICES, email);
  }

  private async consumeForAccount(email: string, { ipAddress }: ClientInfo): Promise<RateLimitAttempt> {
    try {
      return await this.attempts.consume(LOGIN_BY_ACCOUNT, email);
    } catch (error) {
      if (!(error instanceof RateLimited)) throw error;
      const granted = await this.attempts.consumeGranted(LOGIN_AFTER_RESET, email, sourceOf(ipAddress));
      if (!granted) throw error;
      return granted;
    }
  }
}
