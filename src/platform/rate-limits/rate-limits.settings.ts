import type { Environment } from '../config';
import { warningFinding } from '../doctor';
import { declaredRateLimitPolicies, type RateLimitPolicy, settingNameOf } from './rate-limit-policy';

const POLICY = /^(\d{1,7})\/(\d{1,5})(?:\/(\d{1,5}))?$/;
const DAY_SECONDS = 86_400;
/** From this many times the default on, `doctor` warns in production. */
const WEAK_FACTOR = 4;
/** Beyond this many times the default, production does not start: it would have no limit in effect. */
const MOST_FACTOR = 100;

/** Whether attempts are limited, and each policy as the operator has set it. */
export class RateLimitSettings {
  readonly enabled: boolean;
  private readonly effective: ReadonlyMap<RateLimitPolicy, RateLimitPolicy>;

  constructor(environment: Environment) {
    this.enabled = environment.onOff('RATE_LIMITS', true);
    if (environment.production && !this.enabled)
      environment.addFault('RATE_LIMITS', 'is off', 'leave it on: it protects passwords from guessing');
    else if (!this.enabled)
      environment.addFinding(
        warningFinding('RATE_LIMITS is off: passwords can be guessed', 'RATE_LIMITS=on'),
      );
    const declared = declaredRateLimitPolicies();
    this.effective = new Map(declared.map((policy) => [policy, readPolicy(environment, policy)]));
    refuseUnknownNames(environment, declared.map(settingNameOf));
  }

  /** The policies of every module, as they are enforced. */
  get policies(): readonly RateLimitPolicy[] {
    return [...this.effective.values()];
  }

  /** A declared policy as it is enforced. */
  effectivePolicy(policy: RateLimitPolicy): RateLimitPolicy {
    return this.effective.get(policy) ?? policy;
  }
}

/** `20/900`: 20 attempts in 900 seconds; `20/900/3600`: with waits of up to 3600 seconds. */
function readPolicy(environment: Environment, policy: RateLimitPolicy): RateLimitPolicy {
  const name = settingNameOf(policy);
  const value = environment.string(name);
  if (value === undefined) return policy;
  const [, quota, windowSeconds, longestWait] = (POLICY.exec(value) ?? []).map((digits?: string) =>
    digits === undefined ? undefined : Number(digits),
  );
  if (quota && windowSeconds) {
    const longestWaitSeconds = longestWait ?? Math.max(windowSeconds, policy.longestWaitSeconds);
    if (windowSeconds <= longestWaitSeconds && longestWaitSeconds <= DAY_SECONDS) {
      const effective = { ...policy, quota, windowSeconds, longestWaitSeconds };
      if (environment.production) checkStrength(environment, policy, effective);
      return effective;
    }
  }
  environment.addFault(
    name,
    `is ${JSON.stringify(value)}`,
    `use attempts/seconds, as ${policy.quota}/${policy.windowSeconds}, or attempts/seconds/longest wait in seconds, with at least one attempt and at most ${DAY_SECONDS} seconds`,
  );
  return policy;
}

/** A long window makes a burst possible that the rate does not show, so the larger of both factors counts. */
function checkStrength(environment: Environment, policy: RateLimitPolicy, effective: RateLimitPolicy): void {
  const { quota, windowSeconds } = policy;
  const burst = effective.quota / quota;
  const factor = Math.max(burst, (burst * windowSeconds) / effective.windowSeconds);
  if (factor < WEAK_FACTOR) return;
  const name = settingNameOf(policy);
  const fact = `allows ${effective.quota} attempts in ${effective.windowSeconds} seconds, ${Math.round(factor)} times the default`;
  const advice = `the default is ${quota}/${windowSeconds}: raise a limit only as far as legitimate use needs`;
  if (factor > MOST_FACTOR) environment.addFault(name, fact, advice);
  else environment.addFinding(warningFinding(`${name} ${fact}`, advice));
}

/** A misspelt name would leave the default in force without a word. */
function refuseUnknownNames(environment: Environment, known: readonly string[]): void {
  for (const name of environment.namesWithPrefix('RATE_LIMIT_'))
    if (!known.includes(name))
      environment.addFault(name, 'is not a rate limit', `use one of: ${known.toSorted().join(', ')}`);
}
