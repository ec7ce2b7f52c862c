import { ApiProperty } from '@nestjs/swagger';

class PasswordPolicy {
  @ApiProperty({ type: 'integer', description: 'In Unicode code points, after NFC normalisation' })
  readonly minLength: number;

  @ApiProperty({ type: 'integer', description: 'In Unicode code points, after NFC normalisation' })
  readonly maxLength: number;
}

class Lifetimes {
  @ApiProperty({ type: 'integer' })
  readonly accessTokenSeconds: number;

  @ApiProperty({ description: 'A session that is not refreshed for so long is over' })
  readonly sessionIdleSeconds: number;

  @ApiProperty({ description: 'A session is over after that, however much it is used' })
  readonly sessionMaxSeconds: number;

  @ApiProperty({ description: 'How long the refresh token before the current one gets the same successor' })
  readonly refreshGraceSeconds: number;
}

export class PolicyResponse {
  @ApiProperty()
  readonly password: PasswordPolicy;

  @ApiProperty()
  readonly lifetimes: Lifetimes;

  @ApiProperty({ description: 'Whether an address must be proven before its account can sign in' })
  readonly emailVerificationRequired: boolean;

  @ApiProperty({ type: [String], description: 'The ways to prove who one is (RFC 8176)' })
  readonly factors: readonly string[];

  @ApiProperty({
    description: 'How long after the end of a session an access token of it may still be taken, at the most',
  })
  readonly revocationSeconds: number;
}
