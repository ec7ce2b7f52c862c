import type { Type } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform, type TransformFnParams } from 'class-transformer';
import { IsInt, IsOptional, Matches, Max, Min } from 'class-validator';
import { parse as uuidBytes, stringify as uuidText } from 'uuid';
import { ValidationFailed } from '../errors';

const CURSOR = /^[\w-]{22}$/;
const INTEGER = /^-?(?:0|[1-9]\d*)$/;
const NOT_A_CURSOR = 'Must be the nextCursor of the previous page.';

/** The query of a paginated list. Lists are ordered by id, and ids by time. */
export class PageQuery {
  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: 100, default: 20 })
  @Transform(({ value }: TransformFnParams) => asNumber(value))
  @IsOptional()
  @Max(100, { message: 'Must be at most 100.' })
  @Min(1, { message: 'Must be at least 1.' })
  @IsInt({ message: 'Must be an integer.' })
  readonly limit: number = 20;

  @ApiPropertyOptional({
    type: String,
    pattern: CURSOR.source,
    description: 'The `nextCursor` of the previous page',
  })
  @IsOptional()
  @Matches(CURSOR, { message: NOT_A_CURSOR })
  readonly cursor?: string;
}

/** A page and the cursor of the next one; null: this is the last page. */
export interface CursorPage<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}

/**
 * Creates the response class of a list, for `@ApiOkResponse`: `class NoteListResponse extends PageType(NoteResponse) {}`.
 * @param item the class of the items
 */
export function PageType<Item>(item: Type<Item>): Type<CursorPage<Item>> {
  class PageResponse implements CursorPage<Item> {
    @ApiProperty({ type: [item] })
    readonly items: readonly Item[];

    @ApiProperty({
      type: String,
      nullable: true,
      description: 'The cursor of the next page; null on the last page',
      example: null,
    })
    readonly nextCursor: string | null;
  }
  return PageResponse;
}

/**
 * Returns the id after which the page begins; undefined for the first page.
 * @throws ValidationFailed where the cursor is not valid
 */
export function parseCursor({ cursor }: PageQuery): string | undefined {
  if (cursor === undefined) return undefined;
  try {
    return uuidText(Buffer.from(cursor, 'base64url'));
  } catch {
    throw new ValidationFailed([{ pointer: '/cursor', code: 'cursor', detail: NOT_A_CURSOR }]);
  }
}

/** Converts decimal integers only: `Number` would accept an empty string, `0x10` and `1e1`. Validation refuses everything else. */
function asNumber(text: unknown): unknown {
  return typeof text === 'string' && INTEGER.test(text) ? Number(text) : text;
}

/** @param rows those of the page, and one more where there is a next page */
export function toPage<Row extends { readonly id: string }, Item>(
  rows: readonly Row[],
  limit: number,
  toItem: (row: Row) => Item,
): CursorPage<Item> {
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  return {
    items: rows.slice(0, limit).map(toItem),
    nextCursor: last ? Buffer.from(uuidBytes(last.id)).toString('base64url') : null,
  };
}
