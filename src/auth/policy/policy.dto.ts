import { ApiProperty } from '@nestjs/swagger';
import { type RateLimitPolicy, COUNTED_PER } from '../../platform/rate-limits';

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
      'What is refused whatever its length: `common` (in a list), `guessable` (too few guesses), `personal` (made of the address, the name or a context word), `breached` (in a list of stolen ones)',
    example: ['common', 'guessable', 'personal'],
  })
  readonly refused: readonly string[];

  @ApiProperty({
    type: [String],
    description: 'Words that a password may not be made of, the same for everybody',
    example: ['Gatehouse'],
  })
  readonly contextWords: readonly string[];
}

class Lifetimes {
  @ApiProperty({ type: 'integer', example: 900 })
  readonly accessTokenSeconds: number;

  @ApiProperty({ description: 'A session that is not refreshed for so long is over', example: 1_209_600 })
  readonly sessionIdleSeconds: number;

  @ApiProperty({ description: 'A session is over after that, however much it is used', example: 7_776_000 })
  readonly sessionMaxSeconds: number;

  @ApiProperty({
    description: 'How long the refresh token before the current one gets the same successor',
    example: 30,
  })
  readonly refreshGraceSeconds: number;

  @ApiProperty({
    description: 'How long ago the user may have proven who they are where a recent sign-in is needed',
    example: 900,
  })
  readonly recentSignInSeconds: number;
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

  @ApiProperty({ type: 'integer', description: 'Waits grow from one window to this, and end', example: 900 })
  readonly longestWaitSeconds: number;
}

export class PolicyResponse {
  @ApiProperty()
  readonly password: PasswordPolicy;

  @ApiProperty()
  readonly lifetimes: Lifetimes;

  @ApiProperty({
    description: 'Whether an address must be proven before its account can sign in',
    example: true,
  })
  readonly emailVerificationRequired: boolean;

  @ApiProperty({ type: [String], description: 'The ways to prove who one is (RFC 8176)', example: ['pwd'] })
  readonly factors: readonly string[];

  @ApiProperty({ type: [Limit], description: 'Successful sign-ins count for nothing' })
  readonly limits: readonly Limit[];

  @ApiProperty({
    description: 'How long after the end of a session an access token of it may still be taken, at the most',
    example: 1,
  })
  readonly revocationSeconds: number;
}
