import { ApiProperty } from '@nestjs/swagger';
import { CHALLENGE_SECONDS } from './challenges.service';
import { CREDENTIAL_ID, USER_HANDLE } from './webauthn-json.dto';

const CHALLENGE = 'fnr0XkzI0Jc0Ck0tU3l2JQAAAZrTvJtAZGlzY2FyZGVkLWRhdGFiYXNlLW5vLXNlY3JldC1oZXJl';
const TIMEOUT = CHALLENGE_SECONDS * 1_000;

export class CredentialDescriptor {
  @ApiProperty({ enum: ['public-key'] })
  readonly type: 'public-key';

  @ApiProperty({ example: CREDENTIAL_ID })
  readonly id: string;

  @ApiProperty({ type: [String], example: ['internal', 'hybrid'] })
  readonly transports: readonly string[];
}

/** `PublicKeyCredentialRequestOptionsJSON` of WebAuthn. */
export class RequestOptionsResponse {
  @ApiProperty({ description: 'Valid once, for five minutes', example: CHALLENGE })
  readonly challenge: string;

  @ApiProperty({ type: 'integer', description: 'In milliseconds', example: TIMEOUT })
  readonly timeout: number;

  @ApiProperty({ example: 'auth.example.com' })
  readonly rpId: string;

  @ApiProperty({
    type: [CredentialDescriptor],
    description: 'The passkeys of the user; empty for a sign-in by the passkey alone',
  })
  readonly allowCredentials: readonly CredentialDescriptor[];

  @ApiProperty({ enum: ['required'] })
  readonly userVerification: 'required';
}

class RelyingParty {
  @ApiProperty({ example: 'auth.example.com' })
  readonly id: string;

  @ApiProperty({ example: 'Gatehouse' })
  readonly name: string;
}

class PasskeyUser {
  @ApiProperty({ description: 'A random name of the user, always the same', example: USER_HANDLE })
  readonly id: string;

  @ApiProperty({ example: 'ada@example.com' })
  readonly name: string;

  @ApiProperty({ example: 'Ada Lovelace' })
  readonly displayName: string;
}

class KeyParameters {
  @ApiProperty({ enum: ['public-key'] })
  readonly type: 'public-key';

  @ApiProperty({ type: 'integer', description: 'A COSE algorithm', example: -7 })
  readonly alg: number;
}

class AuthenticatorSelection {
  @ApiProperty({ enum: ['required'] })
  readonly residentKey: 'required';

  @ApiProperty({ type: Boolean, example: true })
  readonly requireResidentKey: boolean;

  @ApiProperty({ enum: ['required'] })
  readonly userVerification: 'required';
}

/** `PublicKeyCredentialCreationOptionsJSON` of WebAuthn. */
export class CreationOptionsResponse {
  @ApiProperty({ type: RelyingParty })
  readonly rp: RelyingParty;

  @ApiProperty({ type: PasskeyUser })
  readonly user: PasskeyUser;

  @ApiProperty({ description: 'Valid once, for five minutes, in this session', example: CHALLENGE })
  readonly challenge: string;

  @ApiProperty({ type: [KeyParameters] })
  readonly pubKeyCredParams: readonly KeyParameters[];

  @ApiProperty({ type: 'integer', description: 'In milliseconds', example: TIMEOUT })
  readonly timeout: number;

  @ApiProperty({ type: [CredentialDescriptor], description: 'The passkeys that the user has' })
  readonly excludeCredentials: readonly CredentialDescriptor[];

  @ApiProperty({ type: AuthenticatorSelection })
  readonly authenticatorSelection: AuthenticatorSelection;

  @ApiProperty({ enum: ['none'] })
  readonly attestation: 'none';
}
