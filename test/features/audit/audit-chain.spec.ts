import { AuditChainWriter } from '../../../src/features/audit';
import { CHAIN_START } from '../../../src/features/audit/audit-event';
import { AuditMac } from '../../../src/features/audit/audit-mac';
import { ChainStore } from '../../../src/features/audit/chain.store';
import { Clock } from '../../../src/platform/clock';
import { Database } from '../../../src/platform/database';
import { EventBus } from '../../../src/platform/events';
import { startApp, type TestApp } from '../../support/app';
import {
  type Audited,
  checkpointsIn,
  checkpointNow,
  OrderPlaced,
  OrdersModule,
  refuseOrders,
  seal,
  trailOf,
  verify,
} from '../../support/audit';
import { eventually } from '../../support/eventually';
import { inParallel } from '../../support/parallel';
import { SealedTrail } from '../../support/audit-chain';

// The slow suite has several applications on one trail.
describe('the chain of the audit trail', () => {
  let app: TestApp;
  let isRunning = true;
  const log: string[] = [];

  beforeAll(async () => {
    app = await startApp({ modules: [OrdersModule], env: { LOG_LEVEL: 'info' }, log, seals: true });
  });

  beforeEach(async () => {
    // What an earlier test sealed is in the log before a minute begins in which nothing is.
    app.clock.advance({ minutes: 1 });
    await seal(app);
    await app.query('TRUNCATE audit_events, audit_personal');
    await app.query('UPDATE audit_head SET sequence = 0, chain = $1', [CHAIN_START.chain]);
    app.clock.advance({ minutes: 1 });
    log.length = 0;
  });

  afterAll(async () => {
    if (isRunning) await app.close();
  });

  const sequencesOf = async (of: Audited) =>
    (await trailOf(of)).map(({ sequence }) => sequence && Number(sequence));
  const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);

  it('includes the recorded events, in their order, within seconds and without a request', async () => {
    await refuseOrders(app, 5);
    await eventually(async () => expect(await sequencesOf(app)).toEqual(upTo(5)), 3_000);
    expect(await verify(app)).toEqual({ intact: true, rows: 5, unsealed: 0, erased: 0 });
  });

  it('is empty as long as no event was recorded', async () => {
    await seal(app);
    expect(await verify(app)).toEqual({ intact: true, rows: 0, unsealed: 0, erased: 0 });
  });

  it('is a single chain where several instances write and seal at once', async () => {
    const { nest, database, clock } = app;
    const sealers = await inParallel(
      3,
      async () => new AuditChainWriter(database, nest.get(ChainStore), nest.get(AuditMac), clock),
    );
    for (let round = 0; round < 3; round++)
      await Promise.all([
        refuseOrders(app),
        ...sealers.flatMap((sealer) => [refuseOrders(app, 2), sealer.run()]),
      ]);
    await seal(app);
    const sequences = await sequencesOf(app);
    expect(sequences.toSorted((a, b) => Number(a) - Number(b))).toEqual(upTo(21));
    expect(await verify(app)).toEqual({ intact: true, rows: 21, unsealed: 0, erased: 0 });
  });

  it('includes later what was committed later, and does not wait for a slow transaction', async () => {
    const gate: { open: () => void } = { open: () => undefined };
    const held = new Promise<void>((resolve) => (gate.open = resolve));
    let slow: Promise<void> | undefined;
    await new Promise<void>((resolve) => {
      slow = app.database.transaction(async () => {
        await app.nest.get(EventBus).publish(new OrderPlaced());
        resolve();
        await held;
      });
    });
    await refuseOrders(app);
    await seal(app);
    expect(await trailOf(app)).toMatchObject([{ type: 'order-refused', sequence: '1' }]);
    gate.open();
    await slow;
    await seal(app);
    expect(await trailOf(app)).toMatchObject([
      { type: 'order-placed', sequence: '2' },
      { type: 'order-refused', sequence: '1' },
    ]);
    expect(await verify(app)).toMatchObject({ intact: true, rows: 2 });
  });

  it('is logged once a minute at most, and not where no event was sealed since', async () => {
    const sealedAfter = async (refusals: number) => {
      await refuseOrders(app, refusals);
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

  it('keeps recording while it cannot be sealed, which is logged once, and catches up', async () => {
    await app.query('ALTER TABLE audit_head RENAME TO audit_lost');
    await refuseOrders(app, 2);
    await seal(app);
    await seal(app);
    expect(log.filter((line) => line.includes('could not be linked into the chain'))).toHaveLength(1);
    await app.query('ALTER TABLE audit_lost RENAME TO audit_head');
    await seal(app);
    expect(await verify(app)).toMatchObject({ intact: true, rows: 2 });
  });

  it('is sealed and logged to its end by an application that stops, and is continued by the next instance', async () => {
    await refuseOrders(app, 3);
    isRunning = false;
    await app.close();
    const next = await SealedTrail.leftAt(app.databaseUrl);
    const kept = checkpointsIn(log);
    expect(kept.at(-1)).toBe(await checkpointNow(next));
    expect(await verify(next, ...kept)).toMatchObject({ intact: true, rows: 3 });
    await next.record(2);
    await seal(next);
    const sequences = await sequencesOf(next);
    expect(sequences.toSorted((a, b) => Number(a) - Number(b))).toEqual(upTo(5));
    expect(await verify(next, ...kept)).toMatchObject({ intact: true, rows: 5 });
    await next.close();
  });
});

it('leaves a long backlog of the audit chain to the next instance, so that a stop takes no longer', async () => {
  const trail = await SealedTrail.start();
  await trail.query(
    `INSERT INTO audit_events (id, occurred_at, type, outcome, details, seal)
     SELECT gen_random_uuid(), now(), 'order-refused', 'failure', '{}', '' FROM generate_series(1, 5000)`,
  );
  const [store, mac, clock] = [trail.nest.get(ChainStore), trail.nest.get(AuditMac), trail.nest.get(Clock)];
  const writer = new AuditChainWriter(trail.nest.get(Database), store, mac, clock);
  writer.onApplicationBootstrap();
  await writer.onApplicationShutdown();
  expect((await trailOf(trail)).filter(({ sequence }) => sequence === null)).toHaveLength(1_000);
  await trail.close();
});
