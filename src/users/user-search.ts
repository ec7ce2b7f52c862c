import { Injectable } from '@nestjs/common';
import { Database } from '../platform/database';
import type { User, UserStatus } from './user.entity';
import { AMONG_ALL, AMONG_NEWEST } from './user.store';

/** The number of newest rows that are searched before the indexes, which takes a few milliseconds. */
const NEWEST_ROWS = 2_000;
const AFTER_ALL_IDS = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/** The filters of a search; undefined ones match every user. */
export interface UserSearchQuery {
  /** The beginning of the address, in lower case. */
  readonly emailPrefix?: string | undefined;
  /** A part of the address, which no index finds: every row is read. */
  readonly emailPart?: string | undefined;
  readonly status?: UserStatus | undefined;
  readonly role?: string | undefined;
  /** The id of the last user of the previous page. */
  readonly after?: string | undefined;
  readonly limit: number;
}

@Injectable()
export class UserSearch {
  constructor(private readonly database: Database) {}

  /** Newest first. */
  async find({ after = AFTER_ALL_IDS, limit, ...filter }: UserSearchQuery): Promise<User[]> {
    const values: unknown[] = [after];
    const conditions = conditionsOf(filter, (value) => `$${values.push(value)}`);
    const text = ['true', ...conditions].join(' AND ');
    const rows = conditions.length === 0 ? limit : Math.max(NEWEST_ROWS, limit);
    const newest = await this.database.query<User>(AMONG_NEWEST(text, rows, limit), values);
    if (conditions.length === 0 || newest.length === limit) return newest;
    return this.database.query<User>(AMONG_ALL(text, limit), values);
  }
}

type Filter = Omit<UserSearchQuery, 'after' | 'limit'>;

/** @param place adds a value to the parameters and returns its placeholder */
function conditionsOf(
  { emailPrefix, emailPart, status, role }: Filter,
  place: (value: unknown) => string,
): string[] {
  return [
    ...(emailPrefix ? [`email LIKE ${place(`${literal(emailPrefix)}%`)}`] : []),
    ...(emailPart ? [`email ILIKE ${place(`%${literal(emailPart)}%`)}`] : []),
    // A literal, because the partial index users_disabled does not match a parameter.
    ...(status ? [`status = '${status === 'disabled' ? 'disabled' : 'active'}'`] : []),
    ...(role ? [`roles @> ARRAY[${place(role)}]::text[]`] : []),
  ];
}

/** Escapes a text for a LIKE pattern. */
function literal(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}
