import { setTimeout as sleep } from 'node:timers/promises';
import { Database } from '../../../src/platform/database';
import { Mailer } from '../../../src/platform/mail';
import { Role } from '../../../src/roles';
import type { TestApp } from '../../support/app';
import { eventually } from '../../support/eventually';
import { sharedApp } from '../../support/shared-app';
import { aRole } from '../../support/staff';

const RENAME = { text: 'UPDATE roles SET description = $2 WHERE name = $1' };

let app: TestApp;
let database: Database;
let role: string;

beforeAll(async () => {
  app = await sharedApp();
  database = app.nest.get(Database);
  role = await aRole(app);
});

const descriptionOf = async (name: string) =>
  (
    await app.query<{ description: string | null }>('SELECT description FROM roles WHERE name = $1', [name])
  )[0]?.description;

/** Begins a transaction, leaves work behind in it, and lets that run in the middle of the transaction of another request. */
async function leaveBehind(work: () => Promise<unknown>): Promise<unknown> {
  let goOn = (): void => undefined;
  const begun = new Promise<void>((resolve) => (goOn = resolve));
  let left: Promise<unknown> = Promise.resolve();
  await database.transaction(async () => {
    await database.query({ text: 'SELECT 1' });
    left = begun.then(work).catch((error: unknown) => error);
  });
  const another = database.transaction(async () => {
    await database.query({ text: 'SELECT 1' });
    goOn();
    await left;
    throw new Error('undo it');
  });
  await expect(another).rejects.toThrow('undo it');
  return left;
}

describe('work that a transaction leaves behind when it ends', () => {
  it.each([
    ['a statement', async () => database.query(RENAME, [role, 'planted'])],
    ['a repository', async () => database.repository(Role).findOneBy({ name: role })],
    [
      'a further transaction',
      async () => database.transaction(async () => database.query(RENAME, [role, 'planted'])),
    ],
    [
      'work after the commit, which nothing would run',
      async () => database.afterCommit(async () => undefined),
    ],
  ])('is refused, and not done in the transaction of another request: %s', async (_, work) => {
    expect(await leaveBehind(work)).toMatchObject({ message: expect.stringContaining('has ended') });
    expect(await descriptionOf(role)).toBeNull();
  });

  it('is done where it was detached', async () => {
    const own = await aRole(app);
    let done: Promise<unknown> = Promise.resolve();
    await database.transaction(async () => {
      done = database.runDetached(async () => {
        await sleep(20);
        expect(database.isInTransaction).toBe(false);
        await database.query(RENAME, [own, 'detached']);
      });
    });
    await done;
    expect(await descriptionOf(own)).toBe('detached');
  });

  it('is done for a mail that is requested in the background', async () => {
    const kind = 'requested-in-transaction';
    const resolved: string[] = [];
    const mailer = app.nest.get(Mailer);
    mailer.registerResolver({ kind }, async ({ address }) => {
      resolved.push(address);
      return null;
    });
    const address = 'late@example.com';
    await database.transaction(async () => mailer.requestInBackground({ kind }, { address, language: null }));
    await eventually(async () => expect(resolved).toEqual([address]));
  });
});
