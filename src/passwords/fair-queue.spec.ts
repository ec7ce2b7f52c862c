import { FairQueue, type QueueLimits } from './fair-queue';

const LIMITS: QueueLimits = { slots: 1, msPerUnit: 10, longestWaitMs: 1_000, shareOfOne: 0.5 };

/** A queue whose work takes 10 ms a unit, and ends when a test says so. */
class Bench {
  readonly done: string[] = [];
  readonly refused: string[] = [];
  private readonly queue: FairQueue;
  private readonly endings: (() => void)[] = [];
  private time = 0;

  constructor(limits: Partial<QueueLimits> = {}) {
    this.queue = new FairQueue({ ...LIMITS, ...limits }, () => this.time);
  }

  add(name: string, onBehalfOf: readonly string[] = [name], units = 1): void {
    const run = async () => {
      await new Promise<void>((end) => this.endings.push(end));
      this.time += 10 * units;
      this.done.push(name);
    };
    const note = (error: Error) => void this.refused.push(`${name}: ${error.constructor.name}`);
    this.queue.run({ units, onBehalfOf, run }).catch(note);
  }

  /** Ends what runs, one after the other, until nothing does. */
  async finish(): Promise<void> {
    await new Promise(setImmediate);
    for (let end = this.endings.shift(); end; end = this.endings.shift()) {
      end();
      await new Promise(setImmediate);
    }
  }
}

describe('work that waits', () => {
  it('is served fairly, whichever party queued most before', async () => {
    const bench = new Bench();
    for (let count = 1; count <= 5; count++) bench.add(`flood ${count}`, ['flood']);
    bench.add('ada');
    bench.add('bob');
    await bench.finish();
    expect(bench.done).toEqual(['flood 1', 'ada', 'bob', 'flood 2', 'flood 3', 'flood 4', 'flood 5']);
  });

  it('of one account from many sources, and of one source for many accounts, waits for itself', async () => {
    const bench = new Bench();
    bench.add('first');
    for (let count = 1; count <= 3; count++) bench.add(`account ${count}`, [`source ${count}`, 'account']);
    for (let count = 1; count <= 3; count++) bench.add(`source ${count}`, ['source', `account ${count}`]);
    bench.add('ada', ['source of ada', 'account of ada']);
    await bench.finish();
    expect(bench.done.indexOf('ada')).toBeLessThanOrEqual(4);
  });

  it('counts by how much it is, not by how often it comes', async () => {
    const bench = new Bench();
    bench.add('first');
    for (let count = 1; count <= 2; count++) bench.add(`dear ${count}`, ['dear'], 5);
    for (let count = 1; count <= 5; count++) bench.add(`cheap ${count}`, ['cheap']);
    await bench.finish();
    expect(bench.done.indexOf('cheap 5')).toBeLessThan(bench.done.indexOf('dear 2'));
  });

  it('of one account or source is refused beyond its share of the time', async () => {
    const bench = new Bench();
    for (let count = 0; count <= 60; count++) bench.add(`flood ${count}`, ['flood']);
    bench.add('ada');
    await bench.finish();
    expect(bench.refused).toHaveLength(10);
    expect(bench.refused[0]).toBe('flood 51: RateLimited');
    expect(bench.done).toContain('ada');
  });

  it('in all is bounded by the time it stands for; the last of the largest flood goes first', async () => {
    const bench = new Bench();
    for (let count = 0; count <= 50; count++) bench.add(`one ${count}`, ['one']);
    for (let count = 0; count < 49; count++) bench.add(`two ${count}`, ['two']);
    for (const name of ['ada', 'bob', 'eve']) bench.add(name);
    await bench.finish();
    expect(bench.refused).toEqual(['one 50: Unavailable', 'one 49: Unavailable']);
    expect(bench.done).toEqual(expect.arrayContaining(['ada', 'bob', 'eve']));
  });

  it('is done, however much it is, where nothing else waits', async () => {
    const bench = new Bench({ shareOfOne: 1_000 });
    bench.add('first');
    bench.add('endless', ['endless'], 500);
    await bench.finish();
    expect(bench.done).toEqual(['first', 'endless']);
  });

  it('fails alone', async () => {
    const queue = new FairQueue(LIMITS);
    const failing = queue.run({
      units: 1,
      onBehalfOf: [],
      run: async () => Promise.reject(new Error('bad')),
    });
    await expect(failing).rejects.toThrow('bad');
    expect(await queue.run({ units: 1, onBehalfOf: [], run: async () => 'good' })).toBe('good');
  });

  it('runs as many at once as there are slots', async () => {
    const queue = new FairQueue({ ...LIMITS, slots: 3 });
    let running = 0;
    let most = 0;
    const run = async () => {
      most = Math.max(most, ++running);
      await new Promise(setImmediate);
      running--;
    };
    await Promise.all(Array.from({ length: 9 }, async () => queue.run({ units: 1, onBehalfOf: [], run })));
    expect(most).toBe(3);
  });
});
