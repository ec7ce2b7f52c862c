import { createHash, randomBytes } from 'node:crypto';
import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { IsString, MaxLength } from 'class-validator';

const SECRET_BYTES = 32;
const LONGEST = 256;

export interface TokenPurpose {
  readonly name: string;
  /** The first characters of its tokens, by which a page recognises the purpose. */
  readonly prefix: string;
  readonly lifetimeMs: number;
  /** Such a token is valid until it is redeemed or expires, and there may be any number of them. */
  readonly lasting?: boolean;
  /** Redeeming a token leaves the others of its purpose valid. */
  readonly independent?: boolean;
}

/** 256 random bits cannot be guessed, so the database needs no more than a fast digest. */
export function generateToken({ prefix }: TokenPurpose): string {
  return prefix + randomBytes(SECRET_BYTES).toString('base64url');
}

/** @returns what the database stores of a token */
export function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/** A property that holds the token of a link in a mail. */
export function OneTimeToken(): PropertyDecorator {
  return applyDecorators(
    IsString({ message: 'Must be a string.' }),
    MaxLength(LONGEST, { message: `This must be at most ${LONGEST} characters.` }),
    ApiProperty({
      type: String,
      maxLength: LONGEST,
      example: 'pr_5MOiVDKonodiKz7WOlnDP3X1vFbVXpQePMWADdNU0RE',
      description: 'The part after `#token=` in the link of the mail',
    }),
  );
}
