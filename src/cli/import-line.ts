import { plainToInstance } from 'class-transformer';
import { IsBoolean, IsOptional, validateSync, ValidateBy } from 'class-validator';
import { problemOfForeignHash } from '../passwords';
import { DisplayName, EmailAddress } from '../users';
import type { Line } from './lines';

/** A hash that was made elsewhere; what is wrong with it is said without repeating it. */
function ForeignHash(): PropertyDecorator {
  const problemOf = (value: unknown) =>
    typeof value === 'string' ? problemOfForeignHash(value) : 'must be a text';
  return ValidateBy({
    name: 'foreignHash',
    validator: {
      validate: (value: unknown) => problemOf(value) === undefined,
      defaultMessage: (given) => problemOf(given?.value) ?? '',
    },
  });
}

export class ImportedUser {
  @EmailAddress()
  readonly email: string;

  @ForeignHash()
  readonly passwordHash: string;

  @DisplayName()
  readonly displayName?: string | null;

  @IsOptional()
  @IsBoolean({ message: 'must be true or false' })
  readonly emailVerified?: boolean;
}

/** The user of a line, or why there is none. */
export function readUser({ text }: Line): ImportedUser | string {
  const value = text === undefined ? undefined : parse(text);
  if (text === undefined) return 'is no UTF-8, or longer than 64 KiB';
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'is no JSON object';
  const user = plainToInstance(ImportedUser, value);
  const [error] = validateSync(user, { whitelist: true, forbidNonWhitelisted: true, stopAtFirstError: true });
  if (!error) return user;
  const [rule = '', message = ''] = Object.entries(error.constraints ?? {})[0] ?? [];
  if (rule === 'whitelistValidation') return `has a property that is not known: ${error.property}`;
  return error.value === undefined ? `has no ${error.property}` : `${error.property}: ${message}`;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
