import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString } from 'class-validator';
import { FactorMember, FactorName, MfaToken } from '../../../auth';
import { OpenObject } from '../../../platform/http';
import type { NewPasskey } from './passkey.store';
import { AssertionCredential, AttestationCredential, USER_HANDLE } from './webauthn-json.dto';

export class PasskeyOptionsRequest {
  @MfaToken({ isOptional: true })
  readonly mfaToken?: string | null;
}

export class PasskeyRequest {
  @OpenObject(AssertionCredential)
  readonly credential: AssertionCredential;
}

export class PasskeyLoginRequest extends PasskeyRequest {
  @ApiPropertyOptional({
    type: String,
    description: 'The device token of an earlier sign-in of this user on this device',
  })
  @IsOptional()
  @IsString({ message: 'Must be a string.' })
  readonly deviceToken?: string | null;
}

export class PasskeyStepRequest extends PasskeyRequest {
  @MfaToken()
  readonly mfaToken: string;
}

export class AddPasskeyRequest {
  @OpenObject(AttestationCredential)
  readonly credential: AttestationCredential;

  @FactorName({ isOptional: true })
  readonly name?: string | null;
}

/** What the list of factors says of a passkey beside the rest. */
export class PasskeyMembers {
  @FactorMember({
    type: String,
    description:
      'Of a passkey: its id in Base64url, for `signalAllAcceptedCredentials()`, which tidies password managers',
  })
  readonly credentialId: string;

  @FactorMember({
    type: Boolean,
    description: 'Of a passkey: whether a password manager has copied it to other devices of the user',
  })
  readonly backedUp: boolean;

  @FactorMember({
    type: String,
    description: 'Of a passkey: the name under which authenticators know the user, for the same signal',
    example: USER_HANDLE,
  })
  readonly userHandle: string;

  static of({ credentialId, backedUp }: NewPasskey, handle: Buffer): PasskeyMembers {
    return {
      credentialId: credentialId.toString('base64url'),
      backedUp,
      userHandle: handle.toString('base64url'),
    };
  }
}

export class PasskeyPolicy {
  @ApiProperty({ description: 'The domain of the passkeys (RP ID)', example: 'auth.example.com' })
  readonly rpId: string;

  @ApiProperty({ type: Boolean, description: 'Whether a passkey alone signs in', example: true })
  readonly signIn: boolean;
}

export class RelatedOriginsResponse {
  @ApiProperty({ type: [String], example: ['https://auth.example.com', 'https://app.example.com'] })
  readonly origins: readonly string[];
}

export class PasskeyEndpointsResponse {
  @ApiProperty({ format: 'uri', example: 'https://auth.example.com/account' })
  readonly enroll: string;

  @ApiProperty({ format: 'uri', example: 'https://auth.example.com/account' })
  readonly manage: string;
}
