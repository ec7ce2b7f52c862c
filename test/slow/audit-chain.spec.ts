import { startApp, type TestApp } from '../support/app';
import { OrdersModule, refuseOrders, seal, trailOf, verify } from '../support/audit';
import { createDatabase, type TestDatabase } from '../support/database';
import { inParallel } from '../support/parallel';

describe('the chain of the audit trail', () => {
  let database: TestDatabase;
  const running: TestApp[] = [];

  beforeEach(async () => {
    database = await createDatabase();
  });

  afterEach(async () => {
    for (const app of running.splice(0)) await app.close();
    await database.drop();
  });

  async function start(): Promise<TestApp> {
    const app = await startApp({ modules: [OrdersModule], env: { DATABASE_URL: database.url }, seals: true });
    running.push(app);
    return app;
  }

  const sequencesOf = async (app: TestApp) => (await trailOf(app)).map(({ sequence }) => Number(sequence));
  const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);

  it('is one, whichever of several instances writes and seals, all at once', async () => {
    const apps = [await start(), await start(), await start()];
    for (let round = 0; round < 5; round++)
      await inParallel(9, async (index) => {
        const app = apps[index % 3];
        if (app) await Promise.all([refuseOrders(app, 2), seal(app)]);
      });
    const [app] = apps;
    if (!app) throw new Error('none was started');
    await seal(app);
    expect((await sequencesOf(app)).toSorted((a, b) => a - b)).toEqual(upTo(90));
    expect(await verify(app)).toEqual({ intact: true, rows: 90, unsealed: 0, erased: 0 });
  });

  it('goes on where it ended, after every instance was stopped and by another one', async () => {
    await refuseOrders(await start(), 3);
    await running.pop()?.close();
    const again = await start();
    await refuseOrders(again, 2);
    await seal(again);
    expect(await sequencesOf(again)).toEqual(upTo(5));
    expect(await verify(again)).toMatchObject({ intact: true, rows: 5 });
  });
});
