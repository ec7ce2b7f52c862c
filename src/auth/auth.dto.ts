import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString } from 'class-validator';
import { type Acr, ACRS, type Principal } from '../access';
import { Password } from '../passwords';
import type { OpenSession } from '../sessions';
import type { SignedAccessToken } from '../tokens';
import { OneTimeToken } from '../platform/one-time-tokens';
import { DisplayName, EmailAddress } from '../users';

// From a discarded database.
const REFRESH_TOKEN =
  'rt_AaIiiU39cACAACRQ-A8I5AAAAACWbUsP06o7BeW6x_MLbKJ8ZD5FcGYXCdFDQqoQg1_eTLbSXUH3_IISfpe8IvU5Mnyh8U6P0LBScOb4SlxRwNCQ';

export class RegisterRequest {
  @EmailAddress()
  readonly email: string;

  @Password()
  readonly password: string;

  @DisplayName()
  readonly displayName?: string | null;
}

export class LoginRequest {
  @EmailAddress()
  readonly email: string;

  @Password()
  readonly password: string;

  @ApiPropertyOptional({
    type: String,
    description: 'The device token of an earlier sign-in of this user on this device',
  })
  @IsOptional()
  @IsString({ message: 'Must be a string.' })
  readonly deviceToken?: string | null;
}

export class LoginQuery {
  @IsOptional()
  @IsIn(['true', 'false'], { message: 'Must be true or false.' })
  readonly useCookies?: 'true' | 'false';
}

export class ReauthenticateRequest {
  @Password()
  readonly password: string;
}

export class RefreshTokenRequest {
  @ApiPropertyOptional({
    type: String,
    description: 'The refresh token of the last sign-in or refresh',
    example: REFRESH_TOKEN,
  })
  @IsOptional()
  @IsString({ message: 'Must be a string.' })
  readonly refreshToken?: string | null;
}

export class EndSessionRequest {
  @OneTimeToken()
  readonly token: string;
}

/** States that the request was accepted, and nothing about its outcome. */
export class AcceptedResponse {}

export class TokenResponse {
  @ApiProperty({
    description: 'A JWT (RFC 9068); send it as "Authorization: Bearer …"',
    example:
      'eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6IlhydlItSHI4UGdMV3o2ZWlZcTJ2ZFdTZDl2bzBjUFNjNkJZeDRhUS1SV2MifQ.eyJpc3MiOiJodHRwczovL2F1dGguZXhhbXBsZS5jb20iLCJhdWQiOiJodHRwczovL2F1dGguZXhhbXBsZS5jb20iLCJzdWIiOiIwMWEyMjI4OS00ZGZkLTcwMDAtODAwMC0wMWEzZjgxNjRlNjEiLCJjbGllbnRfaWQiOiJmaXJzdC1wYXJ0eSIsInNpZCI6IjAxYTIyMjg5LTRkZmQtNzAwMC04MDAwLTI0NTBmODBmMDhlNCIsImp0aSI6ImpRVUw5R2NraWJJS0xnNjBBUVdWcVN5a2xsYUFmREViazdJTnRrVWhNdzBJVFdXRC1jcXhmMDdTdXNmS2hMRnJWdERBcTNleUlrVmVSOEpzVnFZYkZ3IiwiaWF0IjoxNzk1ODc1NzUzLCJleHAiOjE3OTU4NzY2NTMsImF1dGhfdGltZSI6MTc5NTg3NTc1MywiYW1yIjpbInB3ZCJdLCJyb2xlcyI6W10sInZlciI6MX0.3_xNmGG1ke7Yy3-Pw1PWZHXyA44vR30wQQZduGZlrHsX6W9y99viKrxEIzm2tkX5J2l15gqcuwkx36JaNxmRtQ',
  })
  readonly accessToken: string;

  @ApiProperty({ enum: ['Bearer'] })
  readonly tokenType: 'Bearer';

  @ApiProperty({ type: 'integer', description: 'Seconds until the access token expires', example: 900 })
  readonly expiresIn: number;

  @ApiProperty({
    description: 'Opaque; valid for one refresh',
    example: REFRESH_TOKEN,
  })
  readonly refreshToken: string;

  @ApiProperty({
    type: 'integer',
    description: 'Seconds until the refresh token expires if it is not used',
    example: 1_209_600,
  })
  readonly refreshExpiresIn: number;

  static of(session: OpenSession, signed: SignedAccessToken): TokenResponse {
    const { refreshToken, refreshExpiresAt, issuedAt } = session;
    const refreshExpiresIn = Math.round((refreshExpiresAt.getTime() - issuedAt.getTime()) / 1_000);
    return { ...signed, tokenType: 'Bearer', refreshToken, refreshExpiresIn };
  }
}

export class LoginResponse extends TokenResponse {
  @ApiProperty({
    description: 'Send it at the next sign-in of this user on this device; it grants no access',
    example: 'dt_kBWwYPeE-s4O4z0ojPKk50DJcJ8mAMgR5Egq1jnatVvDGuwauAmIzzTxq6NHYCGD',
  })
  readonly deviceToken: string;
}

export class SecondStepResponse extends TokenResponse {
  @ApiPropertyOptional({
    description: 'At a sign-in: send it at the next sign-in of this user on this device; it grants no access',
    example: 'dt_kBWwYPeE-s4O4z0ojPKk50DJcJ8mAMgR5Egq1jnatVvDGuwauAmIzzTxq6NHYCGD',
  })
  readonly deviceToken?: string;
}

/** The response in cookie mode; the tokens are in cookies. */
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

  @ApiProperty({ format: 'uuid', example: '01a22289-4dfd-7000-8000-2450f80f08e4' })
  readonly sessionId: string;

  @ApiProperty({ type: [String], example: ['support'] })
  readonly roles: readonly string[];

  @ApiProperty({ type: [String], example: ['users:read'] })
  readonly permissions: readonly string[];

  @ApiProperty({
    type: String,
    format: 'date-time',
    description: 'When the user last authenticated',
    example: '2026-11-28T14:22:33.000Z',
  })
  readonly authenticatedAt: string;

  @ApiProperty({
    enum: ACRS,
    description: 'How strongly the user authenticated: `aal2` with a second factor, `phr` with a passkey',
    example: 'aal1',
  })
  readonly acr: Acr;

  @ApiProperty({
    type: String,
    format: 'date-time',
    description: 'When this access token expires',
    example: '2026-11-28T14:37:33.000Z',
  })
  readonly expiresAt: string;

  static of({
    userId,
    sessionId,
    roles,
    permissions,
    authenticatedAt,
    acr,
    expiresAt,
  }: Principal): PrincipalResponse {
    return {
      userId,
      sessionId,
      roles,
      permissions,
      authenticatedAt: authenticatedAt.toISOString(),
      acr,
      expiresAt: expiresAt.toISOString(),
    };
  }
}
