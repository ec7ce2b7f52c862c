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

export interface LoginSource {
  readonly email: string;
  /** Null for an unknown address, which is counted in the same way. */
  readonly user: User | null;
  readonly deviceToken: string | null | undefined;
  readonly client: ClientInfo;
}

/** Counts logins under the rate limit policy of their device, so that strangers who guess do not lock the owner out. */
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

  /** Whether the device has signed in to this address before. */
  async isKnownDevice(email: string, deviceToken: string | null | undefined): Promise<boolean> {
    // Queries for unknown addresses, too, so that the response time does not reveal whether the account exists.
    const user = deviceToken ? await this.users.findByEmail(email) : null;
    return this.devices.nameOf(user, deviceToken) !== null;
  }

  /** Runs a counted attempt, and refunds it where it could not be made. */
  async run<T>(attempt: RateLimitAttempt, work: () => Promise<T>): Promise<T> {
    return this.attempts.run(attempt, work);
  }

  /** Forgets attempts that failed only because the address was not verified yet. */
  async resetAccount(email: string): Promise<void> {
    await this.attempts.reset(LOGIN_BY_ACCOUNT, email);
  }

  /** @returns the token by which the device is known at its next login */
  renewDevice(user: User, deviceToken: string | null | undefined): string {
    return this.devices.renew(user, deviceToken);
  }

  /** @param device the name of the device, where it is known */
  renewNamedDevice(user: User, device: string | null): string {
    return this.devices.renewNamed(user, device);
  }

  /**
   * Refunds the attempt after correct credentials, and counts them: for a user with a factor by known device, since a person who has
   * only the password knows no such device and must not exhaust the limit of the owner.
   * @throws RateLimited after too many of them
   */
  async recordSuccess(
    attempt: RateLimitAttempt | undefined,
    user: User,
    deviceToken: string | null | undefined,
  ): Promise<void> {
    if (attempt) await this.attempts.refund(attempt);
    const device = user.hasFactor ? this.devices.nameOf(user, deviceToken) : null;
    await this.attempts.consume(RIGHT_PASSWORDS, user.id, ...(device === null ? [] : [device]));
  }

  /** Gives the owner, who has just reset the password by mail, a limit of logins from the same source. */
  async grantAfterReset({ id, email }: Pick<User, 'id' | 'email'>, { ipAddress }: ClientInfo): Promise<void> {
    // An attacker who had the password may have exhausted the limit.
    await this.attempts.reset(RIGHT_PASSWORDS, id);
    await this.attempts.grant(LOGIN_AFTER_RESET, email, sourceOf(ipAddress));
  }

  /** Counts under the limit of the device and under that of all known devices of the account. */
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
