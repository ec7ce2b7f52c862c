import { readJson, toError, UnexpectedAnswer } from './problem.ts';
import { refuseDotSegments } from './path.ts';
import type { BeginBody, BeginPath, Begun, Proofs } from './session-routes.ts';

/**
 * The second step of a sign-in or of a reauthentication: the first one was correct, and the account has a factor. Nothing is
 * signed in before `complete`.
 */
export interface SecondStep {
  /** The kinds of factors that the user can use, the most convenient first. Ignore kinds that your page does not know. */
  readonly factors: readonly string[];
  /** The kinds of factors that the user can add now. */
  readonly enrolment: readonly string[];
  /** How long the step can still be completed. */
  readonly expiresInSeconds: number;

  /**
   * Sends the proof of a factor: `step.complete('totp', { code })`. It then opens the session as `signIn` does. After a
   * success, further calls return without a request.
   *
   * @param kind the rest of a route `/v1/auth/mfa/…`; the routes of your modules have their types, too
   * @throws ProblemError `invalid-factor`: let the user try again; `invalid-mfa-token`: the step is over, begin with the first
   * one again; `rate-limited` with `retryAfterSeconds`; `validation-failed`
   * @throws AbortError where the step belongs to a session, and the user signed out or another user signed in
   */
  complete<Kind extends keyof Proofs>(kind: Kind, proof: Proofs[Kind]): Promise<void>;

  /**
   * Prepares a proof, as by sending a code: `step.begin('/v1/auth/mfa/sms/send', {})`. Returns the data of the response.
   *
   * @param path a route that takes an `mfaToken` and completes nothing
   * @throws ProblemError as `complete`
   */
  begin<Path extends BeginPath>(path: Path, body: BeginBody<Path>): Promise<Begun<Path>>;
}

/** The members of a 401 `mfa-required`. */
export interface RequiredStep {
  readonly mfaToken: string;
  readonly expiresIn: number;
  readonly factors: readonly string[];
  readonly enrolment: readonly string[];
}

/** How the requests of a step are sent, with its token in their bodies. */
export interface StepSender {
  complete(path: string, body: object): Promise<unknown>;
  begin(path: string, body: object): Promise<Response>;
}

/** The token is kept in a private field only, so that no log and no script reads it. */
export class PendingStep implements SecondStep {
  readonly factors: readonly string[];
  readonly enrolment: readonly string[];
  readonly #mfaToken: string;
  readonly #expiresAt: number;
  readonly #sender: StepSender;
  #last: Promise<unknown> = Promise.resolve();
  #isCompleted = false;

  constructor({ mfaToken, expiresIn, factors, enrolment }: RequiredStep, sender: StepSender) {
    this.factors = factors;
    this.enrolment = enrolment;
    this.#mfaToken = mfaToken;
    this.#expiresAt = performance.now() + expiresIn * 1_000;
    this.#sender = sender;
  }

  get expiresInSeconds(): number {
    return Math.max(0, Math.ceil((this.#expiresAt - performance.now()) / 1_000));
  }

  async complete<Kind extends keyof Proofs>(kind: Kind, proof: Proofs[Kind]): Promise<void> {
    const path = `/v1/auth/mfa/${kind}`;
    refuseDotSegments(path);
    const body = { ...proof, mfaToken: this.#mfaToken };
    // One after the other: the second click on a button must not be refused because the first one succeeded.
    const mine = this.#last.then(async () => this.#completeOnce(path, body));
    this.#last = mine.catch(() => undefined);
    return mine;
  }

  async #completeOnce(path: string, body: object): Promise<void> {
    if (this.#isCompleted) return;
    await this.#sender.complete(path, body);
    this.#isCompleted = true;
  }

  async begin<Path extends BeginPath>(path: Path, body: BeginBody<Path>): Promise<Begun<Path>> {
    refuseDotSegments(path);
    const response = await this.#sender.begin(path, { ...body, mfaToken: this.#mfaToken });
    const data = await readJson(response);
    if (!response.ok) throw toError(data, response);
    if (data === undefined) throw new UnexpectedAnswer(response);
    return data as Begun<Path>;
  }
}

/** Returns the second step that a response requires, if it does. */
export async function readRequiredStep(response: Response): Promise<RequiredStep | undefined> {
  if (response.status !== 401) return undefined;
  const { code, mfaToken, expiresIn, factors, enrolment } = ((await readJson(response)) ?? {}) as Partial<
    Record<string, unknown>
  >;
  if (code !== 'mfa-required' || typeof mfaToken !== 'string' || typeof expiresIn !== 'number')
    return undefined;
  return { mfaToken, expiresIn, factors: kindsIn(factors), enrolment: kindsIn(enrolment) };
}

function kindsIn(list: unknown): string[] {
  return Array.isArray(list) ? list.filter((kind) => typeof kind === 'string') : [];
}
