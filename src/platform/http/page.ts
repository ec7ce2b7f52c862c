import { ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, Matches, Max, Min } from 'class-validator';
import { parse as uuidBytes, stringify as uuidText } from 'uuid';
import { ValidationFailed } from '../errors';

const CURSOR = /^[\w-]{22}$/;
const NOT_A_CURSOR = 'Use the nextCursor of the page before, as it was given.';

/** Which part of a list is asked for; lists go by identifiers, which go by time. */
export class PageQuery {
  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: 100, default: 20 })
  @Type(() => Number)
  @IsOptional()
  @IsInt({ message: 'This must be a whole number.' })
  @Min(1, { message: 'This must be at least 1.' })
  @Max(100, { message: 'This can be at most 100.' })
  readonly limit: number = 20;

  @ApiPropertyOptional({ type: String, description: 'The `nextCursor` of the page before' })
  @IsOptional()
  @Matches(CURSOR, { message: NOT_A_CURSOR })
  readonly cursor?: string;
}

/** One page, and where the next one begins; null: this is the last. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}

/**
 * The identifier after which a page begins; undefined for the first page.
 * @throws ValidationFailed where the cursor is none of ours
 */
export function startOf({ cursor }: PageQuery): string | undefined {
  if (cursor === undefined) return undefined;
  try {
    return uuidText(Buffer.from(cursor, 'base64url'));
  } catch {
    throw new ValidationFailed([{ pointer: '/cursor', code: 'cursor', detail: NOT_A_CURSOR }]);
  }
}

/** @param rows what the page would hold, and one more where there is one */
export function pageOf<Row extends { readonly id: string }, Item>(
  rows: readonly Row[],
  limit: number,
  toItem: (row: Row) => Item,
): Page<Item> {
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  return {
    items: rows.slice(0, limit).map(toItem),
    nextCursor: last ? Buffer.from(uuidBytes(last.id)).toString('base64url') : null,
  };
}
