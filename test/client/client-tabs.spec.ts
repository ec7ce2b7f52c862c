import { coordinateTabs } from '../../client/src/tab-coordinator.ts';

type Request = (
  name: string,
  options: { readonly signal?: AbortSignal },
  work: () => Promise<unknown>,
) => Promise<unknown>;

/** Simulates a page with these locks, which is refused a broadcast channel. */
function inPage(request: Request): void {
  const query = async () => Promise.reject(new Error('SecurityError'));
  const page = {
    location: { href: 'http://localhost/' },
    navigator: { locks: { request, query } },
    BroadcastChannel: class {
      constructor() {
        throw new Error('SecurityError');
      }
    },
  };
  for (const [name, value] of Object.entries(page))
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
}

describe('exclusive work of a tab', () => {
  const names = ['location', 'navigator', 'BroadcastChannel'] as const;
  const before = names.map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)] as const);

  afterEach(() => {
    jest.restoreAllMocks();
    for (const [name, descriptor] of before) {
      if (descriptor) Object.defineProperty(globalThis, name, descriptor);
      else Reflect.deleteProperty(globalThis, name);
    }
  });

  const tabs = () => coordinateTabs('session', true, () => undefined);
  const refused: Request = async () => Promise.reject(new Error('SecurityError'));
  const granted: Request = async (_name, _options, work) => work();
  const kept: Request = async (_name, { signal }) =>
    new Promise((_, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason as Error));
    });

  it('runs when the browser grants the lock', async () => {
    inPage(granted);
    expect(await tabs().runExclusive(async () => 'done')).toBe('done');
  });

  it('runs without the lock after a timeout, as a suspended tab keeps it', async () => {
    const { setTimeout: wait } = globalThis;
    const hurried = (work: () => void) => wait(work, 0);
    jest.spyOn(globalThis, 'setTimeout').mockImplementation(hurried);
    inPage(kept);
    expect(await tabs().runExclusive(async () => 'done')).toBe('done');
  });

  it('runs without the lock, and without messages, where the browser refuses both', async () => {
    inPage(refused);
    const shared = tabs();
    expect(await shared.runExclusive(async () => 'done')).toBe('done');
    expect(await shared.hasRecentRefresh()).toBe(false);
    await shared.markRefresh();
    shared.broadcast({ type: 'signed-out' });
  });

  it('runs once when the work fails', async () => {
    inPage(granted);
    let times = 0;
    const work = async () => {
      times++;
      throw new Error('no network');
    };
    await expect(tabs().runExclusive(work)).rejects.toThrow('no network');
    expect(times).toBe(1);
  });
});
