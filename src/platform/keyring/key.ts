/** A key as its owner uses it. */
export interface KeyringKey {
  readonly id: string;
  readonly algorithm: string;
  readonly material: Buffer;
  readonly createdAt: Date;
}

/** What a key is when it is made. */
export type NewKey = Pick<KeyringKey, 'id' | 'material'>;

/** What an owner asks of the keyring: the keys of one purpose, and how to make one where none fits. */
export interface KeyRequest {
  readonly purpose: string;
  readonly algorithm: string;
  readonly make: () => NewKey | Promise<NewKey>;
  /** Whether no further one is needed; left out: one of the algorithm is enough. */
  readonly isSufficient?: (keys: readonly KeyringKey[]) => boolean;
}

/** How many keys there are, by what opens them. */
export interface KeyringSummary {
  readonly current: number;
  readonly retired: number;
  readonly locked: number;
  /** The ids of those that are not as they were written. */
  readonly damaged: readonly string[];
}
