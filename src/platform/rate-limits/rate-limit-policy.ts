export const COUNTED_PER = ['source', 'account', 'device', 'session', 'address'] as const;

/** How often something may be attempted. */
export interface RateLimitPolicy {
  readonly name: string;
  /** Whose attempts are counted together. */
  readonly per: (typeof COUNTED_PER)[number];
  readonly quota: number;
  readonly windowSeconds: number;
  /** A wait lasts one window, then two, four and so on, up to this. */
  readonly longestWaitSeconds: number;
}

/** An attempt that was counted and is allowed. */
export interface RateLimitAttempt {
  readonly key: Buffer;
  readonly left: number;
  readonly until: Date;
  readonly consumedAt: Date;
  /** Whether earlier attempts that were not refunded precede it. */
  readonly afterFailures: boolean;
  /** The same attempt counted by another policy; it is refunded with this one. */
  readonly also?: RateLimitAttempt;
}

const declared: RateLimitPolicy[] = [];

/**
 * Declares a policy with its defaults, so that it is published with the others and an operator can change it by the setting
 * that `settingNameOf` returns.
 */
export function rateLimitPolicy(policy: RateLimitPolicy): RateLimitPolicy {
  declared.push(policy);
  return policy;
}

/** The policies of every loaded module, with their defaults. */
export function declaredRateLimitPolicies(): readonly RateLimitPolicy[] {
  return declared;
}

/** `RATE_LIMIT_LOGIN_PER_SOURCE` for the policy `login` that counts per source. */
export function settingNameOf({ name, per }: Pick<RateLimitPolicy, 'name' | 'per'>): string {
  return `RATE_LIMIT_${name}_PER_${per}`.replaceAll('-', '_').toUpperCase();
}
