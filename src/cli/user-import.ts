import { createReadStream } from 'node:fs';
import type { INestApplicationContext } from '@nestjs/common';
import { type ProgressReporter } from '../platform/commands';
import { PasswordsService } from '../passwords';
import { Database } from '../platform/database';
import { EventBus } from '../platform/events';
import { ImportedUsers, UsersImported } from '../users';
import { type ImportedUser, parseUser } from './import-line';
import { readLines } from './lines';

const BATCH_LINES = 500;
/** The limit of rejected lines in the JSON report; for people each is written as it occurs. */
const MOST_TOLD = 1_000;

export interface RejectedLine {
  readonly line: number;
  readonly reason: string;
}

export interface UserImportResult {
  readonly imported: number;
  readonly refusedCount: number;
  /** The first rejected lines. */
  readonly refused: readonly RejectedLine[];
}

interface Numbered {
  readonly line: number;
  readonly user: ImportedUser;
}

/** Rolls back a batch of a dry run. */
class DryRunRollback extends Error {}

/** Imports users in batches. Imported users stay, so after a failure the same file can be imported again. */
class Import {
  private readonly database: Database;
  private readonly users: ImportedUsers;
  private readonly passwords: PasswordsService;
  private readonly events: EventBus;
  private readonly refused: RejectedLine[] = [];
  private refusedCount = 0;
  private imported = 0;

  constructor(
    context: INestApplicationContext,
    private readonly dryRun: boolean,
    private readonly progress: ProgressReporter,
  ) {
    this.database = context.get(Database, { strict: false });
    this.users = context.get(ImportedUsers, { strict: false });
    this.passwords = context.get(PasswordsService, { strict: false });
    this.events = context.get(EventBus, { strict: false });
  }

  async from(stream: NodeJS.ReadStream | ReturnType<typeof createReadStream>): Promise<UserImportResult> {
    let batch: Numbered[] = [];
    for await (const line of readLines(stream)) {
      const user = parseUser(line);
      if (typeof user === 'string') this.refuse(line.number, user);
      else batch.push({ line: line.number, user });
      if (batch.length < BATCH_LINES) continue;
      await this.take(batch);
      this.progress(`line ${line.number}: ${this.imported} users, ${this.refusedCount} refused`);
      batch = [];
    }
    await this.take(batch);
    const { imported, refusedCount, refused } = this;
    return { imported, refusedCount, refused };
  }

  private async take(batch: readonly Numbered[]): Promise<void> {
    if (batch.length === 0) return;
    let added = new Map<string, string>();
    try {
      await this.database.transaction(async () => {
        added = await this.add(batch);
        if (this.dryRun) throw new DryRunRollback();
      });
    } catch (error) {
      if (!(error instanceof DryRunRollback)) throw error;
    }
    this.imported += added.size;
    for (const { line, user } of batch) {
      // Of several lines with one address, the first was imported.
      if (!added.delete(user.email)) this.refuse(line, `${user.email} is taken`);
    }
  }

  private async add(batch: readonly Numbered[]): Promise<Map<string, string>> {
    const added = await this.users.add(batch.map(({ user }) => user));
    const hashes = new Map<string, string>();
    for (const { user } of batch) {
      const id = added.get(user.email);
      if (id !== undefined && !hashes.has(id)) hashes.set(id, user.passwordHash);
    }
    await this.passwords.storeAll(hashes);
    if (added.size > 0) await this.events.publish(new UsersImported({ details: { users: added.size } }));
    return added;
  }

  private refuse(line: number, reason: string): void {
    this.refusedCount++;
    if (this.refused.length < MOST_TOLD) this.refused.push({ line, reason });
    this.progress(`line ${line} ${reason}`);
  }
}

/** @param options.file `-` for the standard input */
export async function importUsers(
  context: INestApplicationContext,
  { file, dryRun }: { readonly file: string; readonly dryRun: boolean },
  progress: ProgressReporter,
): Promise<UserImportResult> {
  const stream = file === '-' ? process.stdin : createReadStream(file);
  return new Import(context, dryRun, progress).from(stream);
}
