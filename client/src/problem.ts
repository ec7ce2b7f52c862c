import type { paths } from './generated/openapi.ts';

type Values<T> = T[keyof T];
type AnswersOf<Operation> = Operation extends { responses: infer Answers } ? Values<Answers> : never;
type ProblemOf<Answer> = Answer extends { content: { 'application/problem+json': infer Body } }
  ? Body
  : never;

/** Any error of any operation of the OpenAPI document (RFC 9457). `code` narrows it. */
export type Problem = ProblemOf<AnswersOf<Values<Values<paths>>>>;

/** The code of an error. The server may send codes that are newer than this client, so a `switch` needs a `default`. */
export type ProblemCode = Problem['code'];

/** The server refused a request with a problem document (RFC 9457). */
export class ProblemError extends Error {
  override readonly name: string = 'ProblemError';
  /** The body, with the members of its code, such as `errors` of `validation-failed`. */
  readonly problem: Problem;
  /** The response, for its headers; the body has been read. */
  readonly response: Response;

  constructor(problem: Problem, response: Response) {
    super(`${problem.code}: ${problem.detail}`);
    this.problem = problem;
    this.response = response;
  }

  get code(): ProblemCode {
    return this.problem.code;
  }

  /** How long to wait before the next attempt, where a 429 or a 503 says so (RFC 9110 section 10.2.3). */
  get retryAfterSeconds(): number | undefined {
    return retryAfterIn(this.response);
  }
}

/**
 * The operation requires a more recent sign-in, or one by a second factor (RFC 9470): ask the user for the password, call
 * `session.reauthenticate(password)` and repeat the operation. `stepUp` of `createClient` does so for all calls.
 */
export class StepUpRequired extends ProblemError {
  override readonly name = 'StepUpRequired';

  /** The greatest permitted age of the sign-in. */
  get maxAgeSeconds(): number | undefined {
    return secondsIn(/\bmax_age="?(\d+)/.exec(this.#challenge)?.[1]);
  }

  /** The levels of sign-in of which one is required, such as `aal2`; empty where the age alone is what lacks. */
  get acrValues(): readonly string[] {
    return /\bacr_values="([^"]+)"/.exec(this.#challenge)?.[1]?.split(' ') ?? [];
  }

  get #challenge(): string {
    return this.response.headers.get('www-authenticate') ?? '';
  }
}

/** The response is not one of the application, such as the error page of a proxy or of a captive portal. */
export class UnexpectedAnswer extends Error {
  override readonly name = 'UnexpectedAnswer';
  readonly response: Response;

  constructor(response: Response) {
    super(`The response is not one of the application (status ${response.status}).`);
    this.response = response;
  }
}

/** @param body the parsed body of an unsuccessful response */
export function toError(body: unknown, response: Response): ProblemError | UnexpectedAnswer {
  if (!isProblem(body)) return new UnexpectedAnswer(response);
  // Widened to string: the server may send codes that this client was not generated with.
  const code: string = body.code;
  const Kind = code === 'insufficient-user-authentication' ? StepUpRequired : ProblemError;
  return new Kind(body, response);
}

/** Returns the body where it is JSON, and leaves the response readable. */
export async function readJson(response: Response): Promise<unknown> {
  if (!/[/+]json\b/.test(response.headers.get('content-type') ?? '')) return undefined;
  return response
    .clone()
    .json()
    .catch(() => undefined);
}

/** Returns the seconds of `Retry-After`. A date is ignored; this server sends none. */
export function retryAfterIn({ headers }: Response): number | undefined {
  return secondsIn(headers.get('retry-after'));
}

function isProblem(body: unknown): body is Problem {
  const { type, code } = (body ?? {}) as Partial<Record<string, unknown>>;
  return typeof type === 'string' && typeof code === 'string';
}

function secondsIn(text: string | null | undefined): number | undefined {
  return text && /^\d+$/.test(text) ? Number(text) : undefined;
}
