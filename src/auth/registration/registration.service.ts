import { randomBytes } from 'node:crypto';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { AccessSettings } from '../../access';
import { PasswordsService, RegistrationAttempts } from '../../passwords';
import { Database, type Statement } from '../../platform/database';
import { EventBus } from '../../platform/events';
import type { ClientInfo } from '../../platform/http';
import { Mailer } from '../../platform/mail';
import { UsersService } from '../../users';
import type { RegisterRequest } from '../auth.dto';
import { EMAIL_VERIFICATION_REQUEST, REGISTRATION_MAIL, REGISTRATION_NOT_KEPT } from '../auth.mails';
import { Registered, RegistrationRepeated } from '../auth.events';

// Writes as much to disk as the other branches, so that the response time reveals nothing.
const DECOY_WRITE: Statement = { text: `SELECT pg_logical_emit_message(true, 'gatehouse', $1)` };

/** Registers accounts. Neither the response nor the work reveals whether the address has an account. */
@Injectable()
export class RegistrationService implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly users: UsersService,
    private readonly passwords: PasswordsService,
    private readonly attempts: RegistrationAttempts,
    private readonly mailer: Mailer,
    private readonly events: EventBus,
    private readonly access: AccessSettings,
  ) {}

  /** @throws Error where no module verifies the addresses that `REQUIRE_VERIFIED_EMAIL` requires to be verified */
  onModuleInit(): void {
    if (this.access.requireVerifiedEmail && !this.mailer.resolves(EMAIL_VERIFICATION_REQUEST))
      throw new Error(
        'REQUIRE_VERIFIED_EMAIL is true, and no module sends the mail that verifies an address.\n  → keep EmailVerificationModule in src/core.module.ts, or set REQUIRE_VERIFIED_EMAIL=false',
      );
  }

  /** @throws ValidationFailed where the password does not follow the policy */
  async register({ email, password, displayName }: RegisterRequest, { language }: ClientInfo): Promise<void> {
    const owner = { email, displayName };
    const hash = await this.passwords.hashNew(password, { pointer: '/password', owner, account: email });
    await this.database.transaction(async () => {
      const newId = await this.users.add({ email, displayName });
      const user = await this.users.lock({ email });
      let mail = REGISTRATION_MAIL;
      if (newId) await this.passwords.store(newId, hash);
      else if (user && !user.emailVerified) {
        const isKept = await this.attempts.add(user.id, { hash, displayName: displayName ?? null });
        // A verification link accepts only the passwords of attempts that are kept.
        if (!isKept) mail = REGISTRATION_NOT_KEPT;
      } else await this.database.query(DECOY_WRITE, [randomBytes(hash.length / 2).toString('hex')]);
      const RegistrationEvent = newId ? Registered : RegistrationRepeated;
      await this.events.publish(
        new RegistrationEvent({ actorId: null, subjectId: newId ?? user?.id ?? null }),
      );
      await this.mailer.request(mail, { address: email, language });
    });
  }
}
