import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { setTimeout as sleep } from 'node:timers/promises';
import { DeadlineExceeded, withDeadline } from './deadline';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const never = async () => new Promise<never>(() => undefined);

describe('a deadline', () => {
  it('ends work that never ends and does not listen, also where memory is collected meanwhile', async () => {
    let signal: AbortSignal | undefined;
    const work = withDeadline(60, async (given) => {
      signal = given;
      return never();
    });
    const outcome = work.catch((error: unknown) => error);
    await sleep(5);
    collectGarbage();
    expect(await outcome).toEqual(new DeadlineExceeded(60));
    expect(signal?.reason).toBeInstanceOf(DeadlineExceeded);
  });

  it('tells work that nothing else holds', async () => {
    const told = new Promise<unknown>((resolve) => {
      withDeadline(60, async (signal) => {
        signal.addEventListener('abort', () => resolve(signal.reason));
        return never();
      }).catch(() => undefined);
    });
    await sleep(5);
    collectGarbage();
    expect(await told).toBeInstanceOf(DeadlineExceeded);
  });

  it('leaves nothing behind where the work is over, or fails, in time', async () => {
    const abandoned = new AbortController();
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const before = timers();
    expect(await withDeadline(60_000, async () => 'done', abandoned.signal)).toBe('done');
    const failing = withDeadline(60_000, async () => Promise.reject(new Error('refused')), abandoned.signal);
    await expect(failing).rejects.toThrow('refused');
    expect(timers()).toBe(before);
  });

  it('comes at once where the work is abandoned', async () => {
    const abandoned = new AbortController();
    const work = withDeadline(60_000, never, abandoned.signal);
    abandoned.abort(new Error('stopped'));
    await expect(work).rejects.toThrow('stopped');
    let begun = false;
    const late = withDeadline(60_000, async () => (begun = true), abandoned.signal);
    await expect(late).rejects.toThrow('stopped');
    expect(begun).toBe(false);
  });
});
