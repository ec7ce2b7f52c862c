/** An unwrapped key. */
export interface KeyringKey {
  readonly id: string;
  readonly algorithm: string;
  readonly material: Buffer;
  readonly createdAt: Date;
}

/** The material of a new key. */
export type NewKey = Pick<KeyringKey, 'id' | 'material'>;

/** A request for the keys of one purpose, with the way to create one where none fits. */
export interface KeyRequest {
  readonly purpose: string;
  readonly algorithm: string;
  readonly make: () => NewKey | Promise<NewKey>;
  /** Whether the existing keys suffice; by default, one of the algorithm does. */
  readonly isSufficient?: (keys: readonly KeyringKey[]) => boolean;
}

/** The number of keys by the secret that wraps them. */
export interface KeyringSummary {
  readonly current: number;
  readonly retired: number;
  readonly locked: number;
  /** The ids of altered keys. */
  readonly damaged: readonly string[];
}
