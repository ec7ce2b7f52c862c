import { withDeadline } from './deadline.ts';

/** The browser APIs used here. Node lacks them, or provides them for other purposes. */
interface Browser {
  readonly location?: { readonly href: string };
  readonly navigator?: { readonly locks?: Locks };
  readonly BroadcastChannel?: new (name: string) => Channel;
}

interface Locks {
  request<T>(
    name: string,
    options: { readonly mode: 'exclusive'; readonly signal?: AbortSignal },
    work: () => Promise<T>,
  ): Promise<T>;
  query(): Promise<{ readonly held?: readonly { readonly name?: string }[] }>;
}

interface Channel {
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  postMessage(message: TabMessage): void;
}

/** A message between tabs. Any script of the origin can receive it, so it carries no secret. */
export type TabMessage =
  { readonly type: 'refreshed' | 'signed-in'; readonly expiresIn: number } | { readonly type: 'signed-out' };

/** Coordinates the clients that share a session: the tabs of a browser with the same cookies, or one client alone. */
export interface TabCoordinator {
  /** Runs the work while no other client of the session runs any. */
  runExclusive<T>(work: () => Promise<T>): Promise<T>;
  /** Whether another tab refreshed a moment ago. Reports each refresh once. To be called within `runExclusive`. */
  hasRecentRefresh(): Promise<boolean>;
  /** Makes this refresh visible to `hasRecentRefresh` of other tabs. To be called within `runExclusive`. */
  markRefresh(): Promise<void>;
  broadcast(message: TabMessage): void;
}

// Longer than another tab needs to handle the 401 that led to the refresh.
const MARK_MS = 1_000;
// A tab whose script is suspended keeps its lock. Two tabs that refresh at once are harmless: the server returns one successor to both.
const LOCK_TIMEOUT_MS = 12_000;

/**
 * @param name identifies the session among the clients of the origin
 * @param isShared whether tabs share the session, as in cookie mode
 * @param onMessage receives the messages of other tabs
 */
export function coordinateTabs(
  name: string,
  isShared: boolean,
  onMessage: (message: TabMessage) => void,
): TabCoordinator {
  const { location, navigator, BroadcastChannel } = globalThis as unknown as Browser;
  // Outside a page a channel would reach other clients of the process, and keep the process from ending.
  const channel = location && BroadcastChannel ? open(BroadcastChannel, name) : undefined;
  channel?.addEventListener('message', ({ data }) => {
    if (isTabMessage(data)) onMessage(data);
  });
  const broadcast = (message: TabMessage) => channel?.postMessage(message);
  const locks = isShared && location ? navigator?.locks : undefined;
  return { broadcast, ...(locks ? withLocks(locks, name) : withQueue()) };
}

/** @returns undefined where the browser refuses the page a channel */
function open(BroadcastChannel: new (name: string) => Channel, name: string): Channel | undefined {
  try {
    return new BroadcastChannel(name);
  } catch {
    return undefined;
  }
}

/** Uses Web Locks: the browser orders them, which it does not do for messages and storage. */
function withLocks(locks: Locks, name: string): Omit<TabCoordinator, 'broadcast'> {
  const prefix = `${name} refreshed `;
  let known = new Set<string>();
  return {
    runExclusive: async (work) => {
      let hasBegun = false;
      const begun = async () => {
        hasBegun = true;
        return work();
      };
      try {
        return await withDeadline(LOCK_TIMEOUT_MS, async (signal) =>
          locks.request(name, { mode: 'exclusive', signal }, begun),
        );
      } catch (error) {
        if (hasBegun) throw error;
        return work();
      }
    },
    hasRecentRefresh: async () => {
      // A page without access to locks finds none.
      const { held = [] } = await locks.query().catch(() => ({ held: [] }));
      const marks = held.map((lock) => lock.name ?? '').filter((mark) => mark.startsWith(prefix));
      const isNew = marks.some((mark) => !known.has(mark));
      known = new Set(marks);
      return isNew;
    },
    // A lock held for a while is visible to the tab that runs next.
    markRefresh: async () =>
      new Promise<void>((resolve) => {
        const mark = prefix + crypto.randomUUID();
        const hold = async () => {
          known.add(mark);
          resolve();
          await new Promise((release) => setTimeout(release, MARK_MS));
        };
        locks.request(mark, { mode: 'exclusive' }, hold).catch(() => resolve());
      }),
  };
}

/** For a session of one client: runs its work in order. */
function withQueue(): Omit<TabCoordinator, 'broadcast'> {
  let last: Promise<unknown> = Promise.resolve();
  return {
    runExclusive: async (work) => {
      const mine = last.then(work);
      last = mine.catch(() => undefined);
      return mine;
    },
    hasRecentRefresh: async () => false,
    markRefresh: async () => undefined,
  };
}

function isTabMessage(data: unknown): data is TabMessage {
  const { type, expiresIn } = (data ?? {}) as Partial<Record<string, unknown>>;
  return (
    type === 'signed-out' || ((type === 'refreshed' || type === 'signed-in') && typeof expiresIn === 'number')
  );
}
