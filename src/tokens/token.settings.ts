import type { Environment } from '../platform/config';
import { HttpSettings } from '../platform/http';
import { SIGNING_ALGORITHMS, type SigningAlgorithm } from './signing-key';

/** Who signs access tokens, for whom, and how. */
export class TokenSettings {
  readonly issuer: string;
  readonly audience: string;
  readonly clientId: string;
  readonly algorithm: SigningAlgorithm;

  constructor(environment: Environment) {
    this.issuer = environment.of(HttpSettings).publicUrl;
    this.audience = environment.text('TOKEN_AUDIENCE') ?? this.issuer;
    this.clientId = environment.text('TOKEN_CLIENT_ID') ?? 'first-party';
    this.algorithm = environment.oneOf('JWT_ALGORITHM', SIGNING_ALGORITHMS, 'ES256');
  }
}
