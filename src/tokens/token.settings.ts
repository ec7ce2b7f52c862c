import { DAY_MS } from '../platform/clock';
import type { Environment } from '../platform/config';
import { HttpSettings } from '../platform/http';
import { KeySchedule } from './key-schedule';
import { SIGNING_ALGORITHMS, type SigningAlgorithm } from './signing-key';

/** Issuer, audience, client and signing keys of access tokens. */
export class TokenSettings {
  readonly issuer: string;
  readonly audience: string;
  readonly clientId: string;
  readonly algorithm: SigningAlgorithm;
  readonly schedule: KeySchedule;

  constructor(environment: Environment) {
    this.issuer = environment.get(HttpSettings).publicUrl;
    this.audience = environment.string('TOKEN_AUDIENCE') ?? this.issuer;
    this.clientId = environment.string('TOKEN_CLIENT_ID') ?? 'first-party';
    this.algorithm = environment.oneOf('JWT_ALGORITHM', SIGNING_ALGORITHMS, 'ES256');
    const days = environment.number('SIGNING_KEY_DAYS', 90, { min: 0.001, max: 3650 });
    this.schedule = new KeySchedule(days * DAY_MS);
  }
}
