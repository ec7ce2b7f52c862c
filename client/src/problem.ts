import type { paths } from './generated/openapi.ts';

type Values<T> = T[keyof T];
type AnswersOf<Operation> = Operation extends { responses: infer Answers } ? Values<Answers> : never;
type ProblemOf<Answer> = Answer extends { content: { 'application/problem+json': infer Body } }
  ? Body
  : never;

/** Any error of any route of the document (RFC 9457); `code` tells which, and narrows it. */
export type Problem = ProblemOf<AnswersOf<Values<Values<paths>>>>;

/** What an error is called. The server may have codes that are newer than this client, so a `switch` wants a `default`. */
export type ProblemCode = Problem['code'];

/** The server refused, and said why. */
export class ProblemError extends Error {
  override readonly name: string = 'ProblemError';
  /** The body as it came, with members that are particular to its code, `errors` of a `validation-failed` for one. */
  readonly problem: Problem;
  /** For its headers; the body has been read. */
  readonly response: Response;

  constructor(problem: Problem, response: Response) {
    super(`${problem.code}: ${problem.detail}`);
    this.problem = problem;
    this.response = response;
  }

  get code(): ProblemCode {
    return this.problem.code;
  }

  /** How long to wait before asking again, where a 429 or a 503 says so (RFC 9110 section 10.2.3). */
  get retryAfterSeconds(): number | undefined {
    return retryAfterIn(this.response);
  }
}

/**
 * This needs a more recent sign-in than the session's (RFC 9470): ask for the password, `session.reauthenticate(password)`,
 * and do it again.
 */
export class StepUpRequired extends ProblemError {
  override readonly name = 'StepUpRequired';

  /** How long ago the user may have proven who they are. */
  get maxAgeSeconds(): number | undefined {
    const [, maxAge] = /\bmax_age="?(\d+)/.exec(this.response.headers.get('www-authenticate') ?? '') ?? [];
    return secondsIn(maxAge);
  }
}

/** Something answered that does not speak our protocol: a proxy's error page, a captive portal. */
export class UnexpectedAnswer extends Error {
  override readonly name = 'UnexpectedAnswer';
  readonly response: Response;

  constructor(response: Response) {
    super(`The answer is not one of the server's (status ${response.status}).`);
    this.response = response;
  }
}

/** @param body of an answer that is no success, as it was parsed */
export function errorOf(body: unknown, response: Response): ProblemError | UnexpectedAnswer {
  if (!isProblem(body)) return new UnexpectedAnswer(response);
  // Compared as a text: the server's words are not bound by what this client was generated from.
  const code: string = body.code;
  const Kind = code === 'insufficient-user-authentication' ? StepUpRequired : ProblemError;
  return new Kind(body, response);
}

/** The body, where it is JSON; the answer can still be read by others. */
export async function jsonOf(response: Response): Promise<unknown> {
  if (!/[/+]json\b/.test(response.headers.get('content-type') ?? '')) return undefined;
  return response
    .clone()
    .json()
    .catch(() => undefined);
}

/** As a number of seconds, which is what the server sends; a date counts for nothing. */
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
