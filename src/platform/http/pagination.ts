import type { Type } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform, type TransformFnParams } from 'class-transformer';
import { IsInt, IsOptional, Matches, Max, Min } from 'class-validator';
import { parse as uuidBytes, stringify as uuidText } from 'uuid';
import { ValidationFailed } from '../errors';

const CURSOR = /^[\w-]{22}$/;
const INTEGER = /^-?(?:0|[1-9]\d*)$/;
const NOT_A_CURSOR = 'Use the nextCursor of the page before, as it was given.';

/** Which part of a list is asked for; lists go by identifiers, which go by time. */
export class PageQuery {
  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: 100, default: 20 })
  @Transform(({ value }: TransformFnParams) => asNumber(value))
  @IsOptional()
  @Max(100, { message: 'This can be at most 100.' })
  @Min(1, { message: 'This must be at least 1.' })
  @IsInt({ message: 'This must be a whole number.' })
  readonly limit: number = 20;

  @ApiPropertyOptional({
    type: String,
    pattern: CURSOR.source,
    description: 'The `nextCursor` of the page before',
  })
  @IsOptional()
  @Matches(CURSOR, { message: NOT_A_CURSOR })
  readonly cursor?: string;
}

/** One page, and where the next one begins; null: this is the last. */
export interface CursorPage<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}

/**
 * The class of a list's answer, for `@ApiOkResponse`: `class NoteListResponse extends PageType(NoteResponse) {}`.
 * @param item the class of each of its items
 */
export function PageType<Item>(item: Type<Item>): Type<CursorPage<Item>> {
  class PageResponse implements CursorPage<Item> {
    @ApiProperty({ type: [item] })
    readonly items: readonly Item[];

    @ApiProperty({
      type: String,
      nullable: true,
      description: 'For the next page; null on the last',
      example: null,
    })
    readonly nextCursor: string | null;
  }
  return PageResponse;
}

/**
 * The identifier after which a page begins; undefined for the first page.
 * @throws ValidationFailed where the cursor is none of ours
 */
export function parseCursor({ cursor }: PageQuery): string | undefined {
  if (cursor === undefined) return undefined;
  try {
    return uuidText(Buffer.from(cursor, 'base64url'));
  } catch {
    throw new ValidationFailed([{ pointer: '/cursor', code: 'cursor', detail: NOT_A_CURSOR }]);
  }
}

/** `Number` would take nothing for 0, and `0x10` and `1e1` as well; what is no whole number is left for the rules to refuse. */
function asNumber(text: unknown): unknown {
  return typeof text === 'string' && INTEGER.test(text) ? Number(text) : text;
}

/** @param rows what the page would hold, and one more where there is one */
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
