import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { ArrayMaxSize, IsArray, IsIn, IsOptional, Matches, MaxLength, ValidateBy } from 'class-validator';
import { OpenObject } from '../../../platform/http';
import { readClientData } from './client-data';

/** 1,023 bytes, the most that WebAuthn allows. */
const LONGEST_CREDENTIAL_ID = 1_364;
export const CREDENTIAL_ID = '1fA7w0LTpkEpFlgv2w3bXJm6zF0fCz0v9WvQx1oDq8E';
export const USER_HANDLE = 'w8sJ3sQ1v3XgJtq2oM0yqv6q8m0v9n8Kf7w3r2d1c0A';
const CLIENT_DATA =
  'eyJ0eXBlIjoid2ViYXV0aG4uZ2V0IiwiY2hhbGxlbmdlIjoiWjlReCIsIm9yaWdpbiI6Imh0dHBzOi8vYXV0aC5leGFtcGxlLmNvbSJ9';

interface BytesRule {
  /** In characters. */
  readonly maxLength: number;
  readonly example: string;
  readonly description?: string;
}

/** Bytes in Base64url without padding. */
function Bytes({ maxLength, example, description }: BytesRule): PropertyDecorator {
  const documented = { type: String, pattern: '^[A-Za-z0-9_-]+$', maxLength, example };
  return applyDecorators(
    Matches(/^[A-Za-z0-9_-]+$/, { message: 'Must be Base64url without padding.' }),
    MaxLength(maxLength, { message: `Must be at most ${maxLength} characters.` }),
    ApiProperty({ ...documented, ...(description !== undefined && { description }) }),
  );
}

function CredentialId(): PropertyDecorator {
  return Bytes({ maxLength: LONGEST_CREDENTIAL_ID, example: CREDENTIAL_ID });
}

function ClientDataJson(): PropertyDecorator {
  return applyDecorators(
    ValidateBy({
      name: 'clientData',
      validator: {
        validate: (value) => typeof value === 'string' && readClientData(value) !== null,
        defaultMessage: () => 'Must be the client data of a browser.',
      },
    }),
    Bytes({ maxLength: 8_192, example: CLIENT_DATA }),
  );
}

/** The part of a `PublicKeyCredential` that each ceremony has. */
class Credential {
  @CredentialId()
  readonly id: string;

  @CredentialId()
  readonly rawId: string;

  @ApiProperty({ enum: ['public-key'] })
  @IsIn(['public-key'], { message: 'Must be public-key.' })
  readonly type: 'public-key';
}

export class AttestationResponse {
  @ClientDataJson()
  readonly clientDataJSON: string;

  @Bytes({ maxLength: 32_768, example: 'o2NmbXRkbm9uZWdhdHRTdG10oGhhdXRoRGF0YQ' })
  readonly attestationObject: string;

  @ApiPropertyOptional({
    type: [String],
    maxItems: 16,
    description: 'How the authenticator is reached; later options repeat it to the browser',
    example: ['internal', 'hybrid'],
  })
  @IsOptional()
  @IsArray({ message: 'Must be a list.' })
  @ArrayMaxSize(16, { message: 'Must have at most 16 entries.' })
  @Matches(/^[a-z][a-z-]{0,31}$/, { each: true, message: 'Must be names of transports.' })
  readonly transports?: readonly string[] | null;
}

@ApiSchema({
  description: 'What `navigator.credentials.create()` returned, by its `toJSON()`; other members are ignored',
})
export class AttestationCredential extends Credential {
  @OpenObject(AttestationResponse)
  readonly response: AttestationResponse;
}

export class AssertionResponse {
  @ClientDataJson()
  readonly clientDataJSON: string;

  @Bytes({ maxLength: 8_192, example: 'SZYN5YgOjGh0NBcPZHZgW4_krrmihjLHmVzzuoMdl2MdAAAAAA' })
  readonly authenticatorData: string;

  @Bytes({
    maxLength: 4_096,
    example:
      'MEUCIQDzJk2LHXFNfXxUOZ3vHBVvxv3JdDN3eTrDi3D0Qf1hzwIgYQn4o8xLqXK6bZq0sQx0rB0xJcBq1v7GmT5oF3b2m9U',
  })
  readonly signature: string;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    pattern: '^[A-Za-z0-9_-]+$',
    maxLength: 128,
    description: 'Required for a sign-in by the passkey alone',
    example: USER_HANDLE,
  })
  @IsOptional()
  @Matches(/^[A-Za-z0-9_-]{1,128}$/, { message: 'Must be Base64url of at most 128 characters.' })
  readonly userHandle?: string | null;
}

@ApiSchema({
  description: 'What `navigator.credentials.get()` returned, by its `toJSON()`; other members are ignored',
})
export class AssertionCredential extends Credential {
  @OpenObject(AssertionResponse)
  readonly response: AssertionResponse;
}
