import { Events } from '../src/platform/events';
import { startApp, type TestApp, withApp } from './support/app';
import {
  checkpointsIn,
  checkpointNow,
  DoorOpened,
  DoorsModule,
  knock,
  seal,
  trailOf,
  verify,
} from './support/audit';
import { createDatabase, type TestDatabase } from './support/database';
import { eventually } from './support/eventually';
import { inParallel } from './support/parallel';

// Several applications start in each of these.
jest.setTimeout(20_000);

describe('the chain of the audit trail', () => {
  let database: TestDatabase;
  let log: string[];
  const running: TestApp[] = [];
  const ended: Promise<void>[] = [];

  beforeEach(async () => {
    database = await createDatabase();
    log = [];
  });

  afterEach(async () => {
    for (const app of running.splice(0)) await app.close();
    await database.drop();
  });

  async function start(): Promise<TestApp> {
    const env = { DATABASE_URL: database.url, LOG_LEVEL: 'info' };
    const app = await startApp({ modules: [DoorsModule], env, log, seals: true });
    running.push(app);
    return app;
  }

  const sequencesOf = async (app: TestApp) =>
    (await trailOf(app)).map(({ sequence }) => sequence && Number(sequence));
  const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);

  it('takes in what was recorded, in its order, within seconds and without being asked', async () => {
    const app = await start();
    await knock(app, 5);
    await eventually(async () => expect(await sequencesOf(app)).toEqual(upTo(5)), 3_000);
    expect(await verify(app)).toEqual({ intact: true, rows: 5, unsealed: 0, erased: 0 });
  });

  it('is none as long as nothing was recorded', async () => {
    const app = await start();
    await seal(app);
    expect(await verify(app)).toEqual({ intact: true, rows: 0, unsealed: 0, erased: 0 });
  });

  it('is one, whichever of several instances writes and seals, all at once', async () => {
    const apps = [await start(), await start(), await start()];
    for (let round = 0; round < 5; round++)
      await inParallel(9, async (index) => {
        const app = apps[index % 3];
        if (app) await Promise.all([knock(app, 2), seal(app)]);
      });
    const [app] = apps;
    if (!app) throw new Error('none was started');
    await seal(app);
    const sequences = await sequencesOf(app);
    expect(sequences.toSorted((a, b) => Number(a) - Number(b))).toEqual(upTo(90));
    expect(await verify(app)).toEqual({ intact: true, rows: 90, unsealed: 0, erased: 0 });
  });

  it('takes in later what was committed later, and waits for nobody who is slow', async () => {
    const app = await start();
    const gate: { open: () => void } = { open: () => undefined };
    const held = new Promise<void>((resolve) => (gate.open = resolve));
    const written = new Promise<void>((resolve) => {
      const slow = app.database.transaction(async () => {
        await app.nest.get(Events).publish(new DoorOpened());
        resolve();
        await held;
      });
      ended.push(slow);
    });
    await written;
    await knock(app);
    await seal(app);
    expect(await trailOf(app)).toMatchObject([{ type: 'door-refused', sequence: '1' }]);
    gate.open();
    await Promise.all(ended.splice(0));
    await seal(app);
    expect(await trailOf(app)).toMatchObject([
      { type: 'door-opened', sequence: '2' },
      { type: 'door-refused', sequence: '1' },
    ]);
    expect(await verify(app)).toMatchObject({ intact: true, rows: 2 });
  });

  it('goes on where it ended, after every instance was stopped and by another one', async () => {
    await knock(await start(), 3);
    await running.pop()?.close();
    const again = await start();
    await knock(again, 2);
    await seal(again);
    expect(await sequencesOf(again)).toEqual(upTo(5));
    expect(await verify(again)).toMatchObject({ intact: true, rows: 5 });
  });

  it('is sealed to its end by an instance that stops, which logs the last checkpoint', async () => {
    const app = await start();
    await knock(app, 3);
    running.pop();
    await app.close();
    await withApp({ env: { DATABASE_URL: database.url } }, async (next) => {
      const kept = checkpointsIn(log);
      expect(kept.at(-1)).toBe(await checkpointNow(next));
      expect(await verify(next, ...kept)).toMatchObject({ intact: true, rows: 3 });
    });
  });

  it('is told to the log once a minute at most, and not where nothing was sealed since', async () => {
    const app = await start();
    const sealedAfter = async (knocks: number) => {
      await knock(app, knocks);
      await seal(app);
      return checkpointsIn(log).map((checkpoint) => checkpoint.split(':')[0]);
    };
    expect(await sealedAfter(1)).toEqual(['1']);
    expect(await sealedAfter(2)).toEqual(['1']);
    app.clock.advance({ seconds: 60 });
    expect(await sealedAfter(0)).toEqual(['1', '3']);
    app.clock.advance({ seconds: 60 });
    expect(await sealedAfter(0)).toEqual(['1', '3']);
    expect(await verify(app, ...checkpointsIn(log))).toMatchObject({ intact: true, rows: 3 });
  });

  it('stops nobody from recording while it cannot be sealed, says so once, and catches up', async () => {
    const app = await start();
    await app.query('ALTER TABLE audit_head RENAME TO audit_lost');
    await knock(app, 2);
    await seal(app);
    await seal(app);
    expect(log.filter((line) => line.includes('could not be sealed'))).toHaveLength(1);
    await app.query('ALTER TABLE audit_lost RENAME TO audit_head');
    await seal(app);
    expect(await verify(app)).toMatchObject({ intact: true, rows: 2 });
  });
});
