import { RouteTable } from '../../src/platform/http';
import { startApp, type TestApp } from '../support/app';
import { expectAnswers, expectEnds, expectService, Fuzz, heapMegabytes } from '../support/fuzz';
import {
  expectHostNeeded,
  expectResetsSurvived,
  expectServiceBeside,
  expectTurns,
  RESETS,
} from '../support/rude-clients';

/** FUZZ_SEED=… runs a failed one again. */
const seed = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));

describe(`under hostile requests of seed ${seed}, the application`, () => {
  let app: TestApp;
  let fuzz: Fuzz;
  let heapBefore: number;

  beforeAll(async () => {
    process.stdout.write(`fuzz seed: ${seed}\n`);
    app = await startApp({ env: { RATE_LIMITS: 'off' } });
    fuzz = await Fuzz.on(app);
    await expectAnswers(fuzz, { seed, numRuns: 50 });
    heapBefore = heapMegabytes();
  });

  afterAll(async () => app.close());

  afterEach(async () => {
    await expectService(app);
    expect(heapMegabytes() - heapBefore).toBeLessThan(60);
  });

  it('answers every one, on every route, as the contract says, and soon', async () => {
    await expectAnswers(fuzz, { seed, numRuns: 20_000, interruptAfterTimeLimit: 35_000 });
    expect(Object.keys(fuzz.statuses)).toEqual(
      expect.arrayContaining(['200', '400', '401', '404', '415', '422', '431']),
    );
    process.stdout.write(`answers by status: ${JSON.stringify(fuzz.statuses)}\n`);
  });

  it('answers or hangs up where bytes were damaged on the way', async () => {
    await expectEnds(fuzz, { seed, numRuns: 20_000, interruptAfterTimeLimit: 12_000 });
  });

  it('answers every route with 400 where the host is missing', async () => {
    await expectHostNeeded(app, app.nest.get(RouteTable).routes);
  });

  it('answers 100 requests that came at once on one connection, each in its turn', async () => {
    await expectTurns(app, 100);
  });

  it('serves others beside 500 connections that say nothing and 100 that stop in the middle', async () => {
    await expectServiceBeside(app, { silent: 500, stopped: 100 });
  });

  it.each(Object.entries(RESETS))('survives 20 clients that reset after %s', async (_, bytes) => {
    await expectResetsSurvived(app, bytes, 20);
  });
});
