import type { Change } from './change-reader';

/** A room that keeps recent changes in its memory. */
export interface ChangeSubscription {
  readonly topic: string;
  /** How long a change matters: what is older is not handed over to an instance that starts. */
  readonly keepMs: number;
  /** May be told of a change again, and in another order than they were made; a failure is tried again. */
  readonly apply: (changes: readonly Change[]) => void | Promise<void>;
  /** For what matters however long ago it changed: called whenever the feed begins anew, it may have missed something older. */
  readonly reload?: () => Promise<void>;
}
