import { Outbox } from '../../src/platform/mail';
import { JobScheduler } from '../../src/platform/jobs';
import type { TestApp } from './app';

/** Does what no statement of a scheduled job may come between. */
export async function withoutJobs<T>(app: TestApp, work: () => Promise<T>): Promise<T> {
  await app.mailsSent();
  const paused = [Outbox, JobScheduler].map((type) =>
    jest.spyOn(app.nest.get<{ run(): Promise<void> }>(type), 'run').mockResolvedValue(undefined),
  );
  try {
    return await work();
  } finally {
    for (const spy of paused) spy.mockRestore();
  }
}
