export const COUNTED_PER = ['source', 'account', 'device', 'session', 'address'] as const;

/** How often something may be tried. */
export interface RateLimitPolicy {
  readonly name: string;
  /** Whose attempts are counted together. */
  readonly per: (typeof COUNTED_PER)[number];
  readonly quota: number;
  readonly windowSeconds: number;
  /** A wait is one window, then two, four, … of them, and never longer than this. */
  readonly longestWaitSeconds: number;
}

const declared: RateLimitPolicy[] = [];

/** Declares a budget, so that it is published with the others. */
export function rateLimitPolicy(limits: RateLimitPolicy): RateLimitPolicy {
  declared.push(limits);
  return limits;
}

/** Every budget there is. */
export function declaredRateLimitPolicies(): readonly RateLimitPolicy[] {
  return declared;
}
