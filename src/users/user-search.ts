import { Injectable } from '@nestjs/common';
import { Database } from '../platform/database';
import type { User, UserStatus } from './user.entity';
import { AMONG_ALL, AMONG_NEWEST } from './user.store';

/** So many rows are read in order before the indexes are asked: a few milliseconds. */
const NEWEST_ROWS = 2_000;
const BEHIND_ALL = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/** Which users to look for; what is left out does not matter. */
export interface UserSearchQuery {
  /** The beginning of the address, in lower case. */
  readonly emailPrefix?: string | undefined;
  /** A part of the address, which no index finds: every row is read. */
  readonly emailPart?: string | undefined;
  readonly status?: UserStatus | undefined;
  readonly role?: string | undefined;
  /** The id before which the page begins. */
  readonly after?: string | undefined;
  readonly limit: number;
}

@Injectable()
export class UserSearch {
  constructor(private readonly database: Database) {}

  /** The newest first. */
  async find({ after = BEHIND_ALL, limit, ...filter }: UserSearchQuery): Promise<User[]> {
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

/** @param place keeps a value and gives its place in the statement */
function conditionsOf(
  { emailPrefix, emailPart, status, role }: Filter,
  place: (value: unknown) => string,
): string[] {
  return [
    ...(emailPrefix ? [`email LIKE ${place(`${literal(emailPrefix)}%`)}`] : []),
    ...(emailPart ? [`email ILIKE ${place(`%${literal(emailPart)}%`)}`] : []),
    // As a word of the statement, which the index of the disabled needs.
    ...(status ? [`status = '${status === 'disabled' ? 'disabled' : 'active'}'`] : []),
    ...(role ? [`roles @> ARRAY[${place(role)}]::text[]`] : []),
  ];
}

/** What stands for itself in a pattern of LIKE. */
function literal(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}
