import { inspect } from 'node:util';
import { Logger } from '@nestjs/common';
import { JobScheduler } from '../../../src/platform/jobs';
import type { TestApp } from '../../support/app';
import { sharedApp } from '../../support/shared-app';

const HOUR_MS = 3_600_000;

let app: TestApp;

beforeAll(async () => {
  app = await sharedApp();
});

describe('a scheduled job', () => {
  const createScheduler = () => new JobScheduler(app.database, app.clock);
  let jobs = 0;
  const uniqueName = () => `job ${++jobs}`;

  it('runs on one of several instances', async () => {
    const name = uniqueName();
    let done = 0;
    const instances = Array.from({ length: 6 }, createScheduler);
    for (const instance of instances)
      instance.schedule({ name, everyMs: HOUR_MS, runBatch: async () => ++done < 1 });
    for (let round = 1; round <= 5; round++) {
      await Promise.all(instances.flatMap((instance) => [instance.run(), instance.run()]));
      expect(done).toBe(round);
      app.clock.advance({ hours: 1 });
    }
  });

  it('does not run before it is due', async () => {
    const name = uniqueName();
    let done = 0;
    const [one, two] = [createScheduler(), createScheduler()];
    for (const instance of [one, two])
      instance.schedule({ name, everyMs: HOUR_MS, runBatch: async () => ++done < 0 });
    await one.run();
    app.clock.advance({ minutes: 60, milliseconds: -1 });
    await two.run();
    await one.run();
    expect(done).toBe(1);
    app.clock.advance({ milliseconds: 1 });
    await two.run();
    await one.run();
    expect(done).toBe(2);
  });

  it('runs batch after batch until none is left', async () => {
    const instance = createScheduler();
    let left = 25;
    instance.schedule({ name: uniqueName(), everyMs: HOUR_MS, runBatch: async () => --left > 0 });
    await instance.run();
    expect(left).toBe(0);
  });

  it('that fails is logged, runs again when it is due, and delays no other job', async () => {
    const [bad, good] = [uniqueName(), uniqueName()];
    const logged = jest.spyOn(Logger.prototype, 'warn').mockReturnValue();
    const instance = createScheduler();
    const done = { [bad]: 0, [good]: 0 };
    const batchOf = (name: string, fails: boolean) => async () => {
      done[name] = (done[name] ?? 0) + 1;
      if (fails) throw new Error(`${name} broke`);
      return false;
    };
    instance.schedule({ name: bad, everyMs: HOUR_MS, runBatch: batchOf(bad, true) });
    instance.schedule({ name: good, everyMs: HOUR_MS, runBatch: batchOf(good, false) });
    await instance.run();
    await instance.run();
    expect(done).toEqual({ [bad]: 1, [good]: 1 });
    expect(logged.mock.calls.filter((call) => inspect(call).includes(`${bad} broke`))).toHaveLength(1);
    logged.mockRestore();
    app.clock.advance({ hours: 1 });
    await instance.run();
    expect(done).toEqual({ [bad]: 2, [good]: 2 });
  });

  it('that a stopping instance has not begun stays due and runs on another instance', async () => {
    const [first, second] = [uniqueName(), uniqueName()];
    const [stopping, other] = [createScheduler(), createScheduler()];
    let stopped: Promise<void> | undefined;
    stopping.schedule({
      name: first,
      everyMs: HOUR_MS,
      runBatch: async () => {
        stopped = stopping.onApplicationShutdown();
        return true;
      },
    });
    let done = '';
    stopping.schedule({
      name: second,
      everyMs: HOUR_MS,
      runBatch: async () => ((done += 'stopping'), false),
    });
    other.schedule({ name: second, everyMs: HOUR_MS, runBatch: async () => ((done += 'other'), false) });
    await stopping.run();
    await stopped;
    await other.run();
    expect(done).toBe('other');
  });
});
