import { shareWithTabs } from '../../client/src/tabs.ts';

type Request = (
  name: string,
  options: { readonly signal?: AbortSignal },
  work: () => Promise<unknown>,
) => Promise<unknown>;

/** A page with these locks, and no channel that may be opened. */
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

describe('the turn of a tab', () => {
  const names = ['location', 'navigator', 'BroadcastChannel'] as const;
  const before = names.map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)] as const);

  afterEach(() => {
    jest.restoreAllMocks();
    for (const [name, descriptor] of before) {
      if (descriptor) Object.defineProperty(globalThis, name, descriptor);
      else Reflect.deleteProperty(globalThis, name);
    }
  });

  const tabs = () => shareWithTabs('session', true, () => undefined);
  const refused: Request = async () => Promise.reject(new Error('SecurityError'));
  const granted: Request = async (_name, _options, work) => work();
  const kept: Request = async (_name, { signal }) =>
    new Promise((_, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason as Error));
    });

  it('comes where the browser grants it', async () => {
    inPage(granted);
    expect(await tabs().alone(async () => 'done')).toBe('done');
  });

  it('is done without where another tab keeps it: its script may stand still for good', async () => {
    const { setTimeout: wait } = globalThis;
    const hurried = (work: () => void) => wait(work, 0);
    jest.spyOn(globalThis, 'setTimeout').mockImplementation(hurried);
    inPage(kept);
    expect(await tabs().alone(async () => 'done')).toBe('done');
  });

  it('is done without where the page may have no locks, and nobody is told anything', async () => {
    inPage(refused);
    const shared = tabs();
    expect(await shared.alone(async () => 'done')).toBe('done');
    expect(await shared.haveRenewed()).toBe(false);
    await shared.noteRenewal();
    shared.tell({ type: 'signed-out' });
  });

  it('is not taken twice for work that failed', async () => {
    inPage(granted);
    let times = 0;
    const work = async () => {
      times++;
      throw new Error('no network');
    };
    await expect(tabs().alone(work)).rejects.toThrow('no network');
    expect(times).toBe(1);
  });
});
