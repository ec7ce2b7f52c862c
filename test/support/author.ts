import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import type { Client } from 'pg';
import type { ChangeFeed } from '../../src/platform/change-feed';
import type { RevokedSessions } from '../../src/sessions';
import type { Others } from './others';

const AUTHORS = 6;

export type Act = 'write' | 'savepoint' | 'undo' | 'release' | 'commit' | 'roll back' | 'read';

/** One of several that work at the database at once, and which of its changes were committed. */
export class Author {
  readonly committed: string[] = [];
  readonly undone: string[] = [];
  private pending: string[][] = [];

  constructor(
    private readonly client: Client,
    private readonly feed: ChangeFeed,
  ) {}

  async act(act: Act): Promise<void> {
    if (act === 'read') return this.feed.publishAfterCommit();
    if (this.pending.length === 0) await this.begin();
    if (act === 'write') await this.write();
    if (act === 'savepoint') await this.deeper();
    if (act === 'undo' && this.pending.length > 1) await this.undo();
    if (act === 'release' && this.pending.length > 1) await this.release();
    if (act === 'commit') await this.over('COMMIT', this.committed);
    if (act === 'roll back') await this.over('ROLLBACK', this.undone);
  }

  /** Ends what is under way. */
  async over(word: 'COMMIT' | 'ROLLBACK', into: string[]): Promise<void> {
    await this.client.query(word);
    into.push(...this.pending.flat());
    this.pending = [];
  }

  private async begin(): Promise<void> {
    await this.client.query('BEGIN');
    this.pending = [[]];
  }

  private async write(): Promise<void> {
    const id = randomUUID();
    await this.client.query(
      `INSERT INTO changes (topic, subject, changed_at) VALUES ('session-ended', $1, now())`,
      [id],
    );
    this.pending.at(-1)?.push(id);
  }

  private async deeper(): Promise<void> {
    await this.client.query('SAVEPOINT s');
    this.pending.push([]);
  }

  private async undo(): Promise<void> {
    await this.client.query('ROLLBACK TO s; RELEASE s');
    this.undone.push(...(this.pending.pop() ?? []));
  }

  private async release(): Promise<void> {
    await this.client.query('RELEASE s');
    const kept = this.pending.pop() ?? [];
    this.pending.at(-1)?.push(...kept);
  }
}

/** A connection for each of the authors. */
async function connectAuthors(others: Others): Promise<Client[]> {
  const clients: Client[] = [];
  for (let count = 0; count < AUTHORS; count++) clients.push(await others.connect());
  return clients;
}

/** Acts of several authors in any order. */
function histories(): fc.Arbitrary<[number, Act][]> {
  const act = fc.oneof(
    { weight: 4, arbitrary: fc.constant<Act>('write') },
    { weight: 5, arbitrary: fc.constantFrom<Act>('savepoint', 'undo', 'release', 'commit', 'roll back') },
    { weight: 1, arbitrary: fc.constant<Act>('read') },
  );
  const step = fc.tuple(fc.nat({ max: AUTHORS - 1 }), act);
  return fc.array(step, { minLength: 20, maxLength: 120 });
}

/** Has the authors do this, and ends what is under way then. */
async function play(authors: readonly Author[], history: readonly [number, Act][]): Promise<void> {
  for (const [who, what] of history) await authors[who]?.act(what);
  for (const author of authors) await author.over('ROLLBACK', author.undone);
}

/** Has all of them commit as fast as they can while the feed reads on. */
async function playAtOnce(authors: readonly Author[], feed: ChangeFeed, rounds: number): Promise<void> {
  const working = authors.map(async (author) => {
    for (let round = 0; round < rounds; round++)
      for (const step of ['write', 'savepoint', 'write', round % 3 ? 'release' : 'undo', 'write'] as const)
        await author.act(step).then(async () => author.act(round % 5 ? 'commit' : 'roll back'));
  });
  const work = { isDone: false };
  const reading = (async () => {
    while (!work.isDone) await feed.publishAfterCommit();
  })();
  await Promise.all(working);
  work.isDone = true;
  await reading;
}

/** What the memory does not know although it was committed, and what it knows although it was undone. */
function mistakesOf(memory: RevokedSessions, authors: readonly Author[]): object {
  return {
    missed: authors.flatMap(({ committed }) => committed).filter((id) => !memory.has(id)),
    madeUp: authors.flatMap(({ undone }) => undone).filter((id) => memory.has(id)),
  };
}

const NO_MISTAKE = { missed: [], madeUp: [] };

/** What the authors write into, and what an application remembers of it. */
export interface Recorded {
  readonly others: Others;
  readonly feed: ChangeFeed;
  readonly memory: RevokedSessions;
}

/** Each change that was committed is known, and none that was undone, after that many random histories. */
export async function expectCommitsKnown({ others, feed, memory }: Recorded, numRuns: number): Promise<void> {
  const clients = await connectAuthors(others);
  const isKnown = fc.asyncProperty(histories(), async (history) => {
    const authors = clients.map((client) => new Author(client, feed));
    await play(authors, history);
    await feed.publishAfterCommit();
    expect(mistakesOf(memory, authors)).toEqual(NO_MISTAKE);
  });
  await fc.assert(isKnown, { numRuns });
}

/**
 * No commit is lost while all authors commit as fast as they can and the feed reads on.
 * @param fewest there must be more commits, or nothing was tried
 */
export async function expectNoneLost(
  { others, feed, memory }: Recorded,
  rounds: number,
  fewest: number,
): Promise<void> {
  const authors = (await connectAuthors(others)).map((client) => new Author(client, feed));
  await playAtOnce(authors, feed, rounds);
  // The last of what it read may have begun before the last commit.
  await feed.publishAfterCommit();
  expect(authors.flatMap(({ committed }) => committed).length).toBeGreaterThan(fewest);
  expect(mistakesOf(memory, authors)).toEqual(NO_MISTAKE);
}
