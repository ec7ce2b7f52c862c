import { withDeadline } from './deadline.ts';

/** What of a browser is used here. Node has none of it, or has it for other ends. */
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
  postMessage(message: News): void;
}

/** What tabs tell each other. Whatever else runs in the origin hears it, so there is no secret in it. */
export type News =
  { readonly type: 'renewed' | 'signed-in'; readonly expiresIn: number } | { readonly type: 'signed-out' };

/** Those who share a session: the tabs of a browser that have the same cookies, or one client alone. */
export interface Tabs {
  /** Runs the work while nobody else of them runs any. */
  alone<T>(work: () => Promise<T>): Promise<T>;
  /** Within `alone`: whether another one has noted a renewal a moment ago; each is told of once. */
  haveRenewed(): Promise<boolean>;
  /** Within `alone`. */
  noteRenewal(): Promise<void>;
  tell(news: News): void;
}

// Longer than it takes until another tab has handled the refusal that the renewal mends.
const MARKED_MS = 1_000;
// A tab whose script stands still keeps its lock. Two that renew at once do no harm: the server has one successor for both.
const TURN_WITHIN_MS = 12_000;

/** @param hear is told what others told */
export function shareWithTabs(name: string, isShared: boolean, hear: (news: News) => void): Tabs {
  const { location, navigator, BroadcastChannel } = globalThis as unknown as Browser;
  // Who has no address is no page: its channels reach other clients of the process, and would keep it from ending.
  const channel = location && BroadcastChannel ? open(BroadcastChannel, name) : undefined;
  channel?.addEventListener('message', ({ data }) => {
    if (isNews(data)) hear(data);
  });
  const tell = (news: News) => channel?.postMessage(news);
  const locks = isShared && location ? navigator?.locks : undefined;
  return { tell, ...(locks ? byLocks(locks, name) : withinThis()) };
}

/** @returns undefined where the page may have none */
function open(BroadcastChannel: new (name: string) => Channel, name: string): Channel | undefined {
  try {
    return new BroadcastChannel(name);
  } catch {
    return undefined;
  }
}

/** By Web Locks: the browser itself keeps them, so they are in order, which messages and storage are not. */
function byLocks(locks: Locks, name: string): Omit<Tabs, 'tell'> {
  const prefix = `${name} renewed `;
  let known = new Set<string>();
  return {
    alone: async (work) => {
      let hasBegun = false;
      const begun = async () => {
        hasBegun = true;
        return work();
      };
      try {
        return await withDeadline(TURN_WITHIN_MS, async (signal) =>
          locks.request(name, { mode: 'exclusive', signal }, begun),
        );
      } catch (error) {
        if (hasBegun) throw error;
        return work();
      }
    },
    haveRenewed: async () => {
      // A page that may have no locks is told of none.
      const { held = [] } = await locks.query().catch(() => ({ held: [] }));
      const marks = held.map((lock) => lock.name ?? '').filter((mark) => mark.startsWith(prefix));
      const isNew = marks.some((mark) => !known.has(mark));
      known = new Set(marks);
      return isNew;
    },
    // A lock held for a while says so to whoever is alone next.
    noteRenewal: async () =>
      new Promise<void>((noted) => {
        const mark = prefix + crypto.randomUUID();
        const hold = async () => {
          known.add(mark);
          noted();
          await new Promise((resolve) => setTimeout(resolve, MARKED_MS));
        };
        locks.request(mark, { mode: 'exclusive' }, hold).catch(() => noted());
      }),
  };
}

function withinThis(): Omit<Tabs, 'tell'> {
  let last: Promise<unknown> = Promise.resolve();
  return {
    alone: async (work) => {
      const mine = last.then(work);
      last = mine.catch(() => undefined);
      return mine;
    },
    haveRenewed: async () => false,
    noteRenewal: async () => undefined,
  };
}

function isNews(data: unknown): data is News {
  const { type, expiresIn } = (data ?? {}) as Partial<Record<string, unknown>>;
  return (
    type === 'signed-out' || ((type === 'renewed' || type === 'signed-in') && typeof expiresIn === 'number')
  );
}
