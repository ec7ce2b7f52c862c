import type { DocumentedErrorClass } from '../../platform/errors';
import { extensionDecorator } from '../../platform/extensions';
import type { RateLimitPolicy } from '../../platform/rate-limits';
import type { User } from '../../users';

/** A second step of a sign-in or of a reauthentication in progress. */
export interface Step {
  /** Of this step alone, the same from `begin` to `accept`. It is no secret. */
  readonly id: string;
  readonly user: User;
  /** How the user has authenticated before it (RFC 8176). */
  readonly methods: readonly string[];
  readonly now: Date;
}

/** What a correct proof leads to. */
export interface JudgedProof {
  /** The factor that was used, where the kind has rows in the table `factors`. */
  readonly factorId?: string | undefined;
}

/** Verifies the proofs of one kind of factor. */
export interface FactorProvider<Proof = never, Judged extends JudgedProof = JudgedProof, Begun = unknown> {
  /**
   * Prepares the proof, as by sending a code; absent where there is nothing to prepare. Called by `SecondStepService.begin` within
   * `beginLimits`, any number of times for one step.
   * @returns what the response tells of it
   */
  begin?(step: Step): Promise<Begun>;
  /**
   * Whether a proof is correct. Uses nothing up and may be slow.
   * @returns null for a wrong proof
   */
  judge(proof: Proof, step: Step): Promise<Judged | null>;
  /**
   * Uses the proof up, in the transaction that opens the session. One statement, so that of parallel uses one succeeds.
   * @returns false where the proof was used before; nothing is opened then
   */
  accept(judged: Judged, step: Step): Promise<boolean>;
  /** Whether the kind is offered to a user without a row in the table `factors`; absent: never. */
  isOfferedTo?(userId: string): Promise<boolean>;
  /** What the list of factors says of the factors of a user beside the rest, by their id; documented by `@FactorMember()`. */
  membersOf?(userId: string): Promise<ReadonlyMap<string, object>>;
}

export interface FactorOptions {
  /** Kebab-case, as clients know it: stored with every factor, never renamed. */
  readonly kind: string;
  /** What a correct proof adds to `amr`, beside `mfa` (RFC 8176). */
  readonly amr: readonly string[];
  /** The most convenient kind comes first. */
  readonly order: number;
  /** Limits wrong proofs of one account; absent where the proofs cannot be guessed. */
  readonly limits?: FactorLimits;
  /** Limits the calls of `begin` for one account. */
  readonly beginLimits?: FactorLimits;
  /** The errors that it throws, for the OpenAPI document. */
  readonly problems?: readonly DocumentedErrorClass[];
}

/** The policies for wrong proofs or for calls of `begin`, by where they come from. */
export interface FactorLimits {
  readonly account: RateLimitPolicy;
  readonly device: RateLimitPolicy;
  readonly session: RateLimitPolicy;
}

/** Makes a provider a `FactorProvider`: a kind of second step. */
export const Factor = extensionDecorator<FactorOptions>();

/** Codes that a user gets with the first factor, for when it is lost. */
export interface RecoveryProvider {
  /** Replaces the codes of a user, in the current transaction. @returns the codes, which cannot be read again */
  issue(userId: string): Promise<readonly string[]>;
  count(userId: string): Promise<number>;
  /** Deletes the codes of a user, in the current transaction. */
  clear(userId: string): Promise<void>;
}

/** Makes a provider the `RecoveryProvider`. */
export const Recovery = extensionDecorator<object>();
