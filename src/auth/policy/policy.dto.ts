import { ApiProperty } from '@nestjs/swagger';
import { type RateLimitPolicy, COUNTED_PER } from '../../platform/rate-limits';
import { FACTOR_REQUIREMENTS, type FactorRequirement } from '../second-step/second-factor-policy';
import { REGISTRATION_MODES, type RegistrationMode } from '../registration/registration.settings';

class PasswordPolicy {
  @ApiProperty({
    type: 'integer',
    description: 'In Unicode code points, after NFC normalisation',
    example: 15,
  })
  readonly minLength: number;

  @ApiProperty({
    type: 'integer',
    description: 'In Unicode code points, after NFC normalisation',
    example: 128,
  })
  readonly maxLength: number;

  @ApiProperty({
    type: [String],
    description:
      'What is refused whatever its length: `common` (in a list of common passwords), `guessable` (too few guesses), `personal` (made of the address, the name or a context word), `breached` (in a list of breached passwords)',
    example: ['common', 'guessable', 'personal'],
  })
  readonly refused: readonly string[];

  @ApiProperty({
    type: [String],
    description: 'Words that no password may be made of',
    example: ['Gatehouse'],
  })
  readonly contextWords: readonly string[];
}

class Lifetimes {
  @ApiProperty({ type: 'integer', example: 900 })
  readonly accessTokenSeconds: number;

  @ApiProperty({ description: 'A session that is not refreshed for this time expires', example: 1_209_600 })
  readonly sessionIdleSeconds: number;

  @ApiProperty({
    description: 'A session expires after this time, however often it is used',
    example: 7_776_000,
  })
  readonly sessionMaxSeconds: number;

  @ApiProperty({
    description: 'How long the previous refresh token still gets the same successor',
    example: 30,
  })
  readonly refreshGraceSeconds: number;

  @ApiProperty({
    description: 'The highest age of the last authentication where a recent sign-in is required',
    example: 900,
  })
  readonly recentSignInSeconds: number;
}

class SecondFactor {
  @ApiProperty({
    type: [String],
    description: 'The kinds of second factors, the most convenient first',
    example: ['totp', 'recovery-code'],
  })
  readonly kinds: readonly string[];

  @ApiProperty({
    enum: [...FACTOR_REQUIREMENTS],
    description:
      'Who must have a second factor. `none`: no user. `roles`: the holders of some roles. `all`: every user. `GET /v1/auth/factors` states it for one user',
    example: 'none',
  })
  readonly required: FactorRequirement;

  @ApiProperty({
    description: 'For how many days an account for which a second factor is mandatory signs in without one',
    example: 0,
  })
  readonly graceDays: number;

  @ApiProperty({
    description:
      'For how many days a device on which the user was signed in with a second factor is not asked for one. 0: it always is',
    example: 0,
  })
  readonly rememberDeviceDays: number;
}

class Limit {
  @ApiProperty({ description: 'As in `RateLimit`', example: 'login' })
  readonly name: string;

  @ApiProperty({
    enum: [...COUNTED_PER],
    description: 'Whose attempts are counted together',
  })
  readonly per: RateLimitPolicy['per'];

  @ApiProperty({ type: 'integer', example: 60 })
  readonly quota: number;

  @ApiProperty({ type: 'integer', example: 60 })
  readonly windowSeconds: number;

  @ApiProperty({ type: 'integer', description: 'The wait doubles from one window up to this', example: 900 })
  readonly longestWaitSeconds: number;
}

export class PolicyResponse {
  @ApiProperty()
  readonly password: PasswordPolicy;

  @ApiProperty()
  readonly lifetimes: Lifetimes;

  @ApiProperty({
    enum: [...REGISTRATION_MODES],
    description:
      '`open`: anyone can sign up. `invited`: only users whom an administrator invites. `off`: neither. Otherwise `registration-closed`',
  })
  readonly registration: RegistrationMode;

  @ApiProperty({
    description: 'Whether an address must be verified before its account can sign in',
    example: true,
  })
  readonly emailVerificationRequired: boolean;

  @ApiProperty({ type: [String], description: 'The authentication methods (RFC 8176)', example: ['pwd'] })
  readonly factors: readonly string[];

  @ApiProperty()
  readonly secondFactor: SecondFactor;

  @ApiProperty({ description: 'Whether a code sent by mail signs in instead of a password', example: false })
  readonly mailSignIn: boolean;

  @ApiProperty({ type: [Limit], description: 'Successful sign-ins are not counted' })
  readonly limits: readonly Limit[];

  @ApiProperty({
    description: 'The longest time for which an access token of a revoked session may still be accepted',
    example: 1,
  })
  readonly revocationSeconds: number;
}
