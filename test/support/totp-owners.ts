import type { Instance } from './home';
import type { Instances } from './instances';
import { totpCode } from './totp';

/** A user of running instances who has an authenticator app. */
export interface TotpOwner {
  readonly email: string;
  readonly password: string;
  readonly secret: string;
  readonly recoveryCodes: readonly string[];
}

/** Users with an authenticator app, by processes that have the clock of this machine. */
export class TotpOwners {
  constructor(private readonly instances: Instances) {}

  /** A new one, whose codes count as unused. */
  async enrolled(instance: Instance): Promise<TotpOwner> {
    const { api } = instance;
    const person = await this.instances.register(instance);
    await this.instances.ask('UPDATE users SET email_verified = true WHERE email = $1', [person.email]);
    const { accessToken: token } = await this.instances.signIn(instance, person);
    const path = '/v1/auth/factors/totp';
    const { secret, enrolment } = (
      await api.post<{ secret: string; enrolment: string }>(path, { token, json: {} })
    ).body;
    const json = { enrolment, code: this.codeNow(secret) };
    const added = await api.post<{ recoveryCodes: string[] }>(`${path}/confirm`, { token, json });
    expect(added.status).toBe(201);
    await this.forgetCodes();
    return { ...person, secret, recoveryCodes: added.body.recoveryCodes };
  }

  codeNow(secret: string): string {
    return totpCode(secret, Date.now());
  }

  /** Otherwise the next code could be used half a minute later only. */
  async forgetCodes(): Promise<void> {
    await this.instances.ask('UPDATE totp_secrets SET last_step = 0');
  }

  /** The first step of a sign-in. @returns its mfaToken */
  async pendingAt({ api }: Instance, { email, password }: TotpOwner): Promise<string> {
    const answer = await api.post<{ mfaToken: string }>('/v1/auth/login', { json: { email, password } });
    return answer.body.mfaToken;
  }

  /** How many sessions of the user a second factor has opened. */
  async sessionsOf({ email }: TotpOwner): Promise<number> {
    const [row] = await this.instances.ask<{ count: number }>(
      `SELECT count(*)::int AS count FROM sessions WHERE revoked_at IS NULL AND 'mfa' = ANY (methods)
         AND user_id = (SELECT id FROM users WHERE email = $1)`,
      [email],
    );
    return row?.count ?? 0;
  }
}
