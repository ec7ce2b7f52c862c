import { createHash, randomBytes } from 'node:crypto';
import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { IsString, MaxLength } from 'class-validator';

const SECRET_BYTES = 32;
const LONGEST = 256;

/** What a token is good for; each is good for one thing. */
export interface TokenPurpose {
  readonly name: string;
  /** What its tokens begin with, so that a page that is given one knows what to do with it. */
  readonly prefix: string;
  readonly lifetimeMs: number;
  /** Nothing but its use or its end ends such a token, and there may be any number. */
  readonly lasting?: boolean;
  /** Using one ends none of the others. */
  readonly independent?: boolean;
}

/** 256 random bits: there is nothing to guess, so a fast digest is all the database needs. */
export function generateToken({ prefix }: TokenPurpose): string {
  return prefix + randomBytes(SECRET_BYTES).toString('base64url');
}

/** What the database keeps of a token. */
export function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/** A property that holds the token of a link in a mail. */
export function OneTimeToken(): PropertyDecorator {
  return applyDecorators(
    IsString({ message: 'This must be a text.' }),
    MaxLength(LONGEST, { message: `This must be at most ${LONGEST} characters.` }),
    ApiProperty({
      type: String,
      maxLength: LONGEST,
      example: 'pr_5MOiVDKonodiKz7WOlnDP3X1vFbVXpQePMWADdNU0RE',
      description: 'What stands after `#token=` in the link of the mail',
    }),
  );
}
