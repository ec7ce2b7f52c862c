import { plainToInstance } from 'class-transformer';
import { IsBoolean, IsOptional, validateSync, ValidateBy } from 'class-validator';
import { problemOfForeignHash } from '../passwords';
import { DisplayName, EmailAddress } from '../users';
import type { TextLine } from './lines';

/** A hash of another system; the error message does not repeat it. */
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

const KNOWN: ReadonlySet<string> = new Set<keyof ImportedUser>([
  'email',
  'passwordHash',
  'displayName',
  'emailVerified',
]);

/** @returns the user of a line, or why the line is rejected */
export function parseUser({ text }: TextLine): ImportedUser | string {
  const value = text === undefined ? undefined : parse(text);
  if (text === undefined) return 'is no UTF-8, or longer than 64 KiB';
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'is no JSON object';
  // The names are compared before an instance is made, which loses names such as __proto__.
  const unknown = Object.keys(value).find((name) => !KNOWN.has(name));
  if (unknown !== undefined) return `has a property that is not known: ${unknown}`;
  const repeated = repeatedName(text);
  if (repeated !== undefined) return `has a property twice: ${repeated}`;
  const user = plainToInstance(ImportedUser, value);
  const [error] = validateSync(user, { stopAtFirstError: true });
  if (!error) return user;
  const [message = ''] = Object.values(error.constraints ?? {});
  return error.value === undefined ? `has no ${error.property}` : `${error.property}: ${message}`;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * @returns the name that an object has more than once; JSON.parse would keep the last one
 * @param text valid JSON
 */
function repeatedName(text: string): string | undefined {
  const seen = new Set<string>();
  let depth = 0;
  for (const [token, colon] of text.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?|[{}[\]]/g)) {
    if (token === '{' || token === '[') depth++;
    else if (token === '}' || token === ']') depth--;
    else if (colon !== undefined && depth === 1) {
      const name = JSON.parse(token.slice(0, -colon.length)) as string;
      if (seen.has(name)) return name;
      seen.add(name);
    }
  }
  return undefined;
}
