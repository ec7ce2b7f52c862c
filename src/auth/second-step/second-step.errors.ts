import { DomainError } from '../../platform/errors';

export interface RequiredStep {
  readonly mfaToken: string;
  /** In seconds. */
  readonly expiresIn: number;
  /** The kinds of factors that the user can use now, the most convenient first. */
  readonly factors: readonly string[];
  /** The kinds of factors that the user may add now. */
  readonly enrolment: readonly string[];
}

/** The credentials are correct, and the account has a second factor. Complete the sign-in with one of the offered factors. */
export class MfaRequired extends DomainError {
  static override readonly kind = 'unauthenticated';
  static override readonly code = 'mfa-required';
  static readonly example = () =>
    new MfaRequired({
      mfaToken: 'mf_5MOiVDKonodiKz7WOlnDP3X1vFbVXpQePMWADdNU0RE',
      expiresIn: 600,
      factors: ['totp', 'recovery-code'],
      enrolment: ['totp'],
    });

  override readonly members: Readonly<Record<string, unknown>>;

  constructor(step: RequiredStep) {
    super('A second factor is required. Send its proof and the mfaToken to the route of one of the factors.');
    this.members = { ...step };
  }
}

/** The mfaToken is unknown, used, expired, or had five wrong proofs. */
export class InvalidMfaToken extends DomainError {
  static override readonly kind = 'unauthenticated';
  static override readonly code = 'invalid-mfa-token';

  constructor() {
    super('The mfaToken is invalid, used or expired, or had too many wrong attempts. Sign in again.');
  }
}

/** The proof of a factor is wrong or was used before. */
export class InvalidFactor extends DomainError {
  static override readonly kind = 'unauthenticated';
  static override readonly code = 'invalid-factor';

  constructor() {
    super('The code or the passkey is wrong, expired or already used. Try again.');
  }
}
