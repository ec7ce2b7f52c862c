import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString } from 'class-validator';
import type { Principal } from '../access';
import { Passphrase } from '../passwords';
import { OneTimeToken } from '../platform/one-time-tokens';
import { DisplayName, EmailAddress } from '../users';

export class RegisterRequest {
  @EmailAddress()
  readonly email: string;

  @Passphrase()
  readonly password: string;

  @DisplayName()
  readonly displayName?: string | null;
}

export class LoginRequest {
  @EmailAddress()
  readonly email: string;

  @Passphrase()
  readonly password: string;

  @ApiPropertyOptional({
    type: String,
    description: 'As an earlier sign-in of this user on this device gave it',
  })
  @IsOptional()
  @IsString({ message: 'This must be a text.' })
  readonly deviceToken?: string | null;
}

export class LoginQuery {
  @ApiPropertyOptional({
    enum: ['true', 'false'],
    default: 'false',
    description: 'Tokens as cookies that scripts cannot read, instead of in the body',
  })
  @IsOptional()
  @IsIn(['true', 'false'], { message: 'Use true or false.' })
  readonly useCookies?: 'true' | 'false';
}

export class ReauthenticateRequest {
  @Passphrase()
  readonly password: string;
}

export class RefreshTokenRequest {
  @ApiPropertyOptional({ type: String, description: 'As the last sign-in or refresh gave it' })
  @IsOptional()
  @IsString({ message: 'This must be a text.' })
  readonly refreshToken?: string | null;
}

export class EndSessionRequest {
  @OneTimeToken()
  readonly token: string;
}

/** Says that the request was taken, and nothing about what came of it. */
export class AcceptedResponse {}

export class TokenResponse {
  @ApiProperty({ description: 'A JWT as RFC 9068 has it; send it as "Authorization: Bearer …"' })
  readonly accessToken: string;

  @ApiProperty({ enum: ['Bearer'] })
  readonly tokenType: 'Bearer';

  @ApiProperty({ type: 'integer', description: 'Seconds until the access token expires', example: 900 })
  readonly expiresIn: number;

  @ApiProperty({ description: 'Good for one refresh; opaque' })
  readonly refreshToken: string;

  @ApiProperty({
    type: 'integer',
    description: 'Seconds until the refresh token expires if it is not used',
    example: 1_209_600,
  })
  readonly refreshExpiresIn: number;
}

export class LoginResponse extends TokenResponse {
  @ApiProperty({ description: 'To be sent at the next sign-in of this user on this device; opens nothing' })
  readonly deviceToken: string;
}

/** Cookie mode: the tokens are in cookies. */
export class CookieResponse {
  @ApiProperty({ enum: ['Cookie'] })
  readonly tokenType: 'Cookie';

  @ApiProperty({ type: 'integer', description: 'Seconds until the access token expires', example: 900 })
  readonly expiresIn: number;

  @ApiProperty({
    type: 'integer',
    description: 'Seconds until the refresh token expires if it is not used',
    example: 1_209_600,
  })
  readonly refreshExpiresIn: number;
}

export class PrincipalResponse {
  @ApiProperty({ format: 'uuid' })
  readonly userId: string;

  @ApiProperty({ format: 'uuid' })
  readonly sessionId: string;

  @ApiProperty({ type: [String] })
  readonly roles: readonly string[];

  @ApiProperty({ type: [String] })
  readonly permissions: readonly string[];

  @ApiProperty({ type: String, format: 'date-time', description: 'When the user last proved who they are' })
  readonly authenticatedAt: string;

  @ApiProperty({ type: String, format: 'date-time', description: 'When this access token expires' })
  readonly expiresAt: string;

  static of({
    userId,
    sessionId,
    roles,
    permissions,
    authenticatedAt,
    expiresAt,
  }: Principal): PrincipalResponse {
    return {
      userId,
      sessionId,
      roles,
      permissions,
      authenticatedAt: authenticatedAt.toISOString(),
      expiresAt: expiresAt.toISOString(),
    };
  }
}
