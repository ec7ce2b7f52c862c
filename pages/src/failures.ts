import { ProblemError } from '../../client/src/index.ts';
import type { Messages } from './messages/index.ts';

/** Why a form was not accepted, in the words of the page. */
export interface Failure {
  readonly message: string;
  /** By the name of the field. */
  readonly fields: Readonly<Record<string, string>>;
}

/** The user cancelled what a request needs. */
export class Cancelled extends Error {}

/** The user closed a prompt of the browser, or opened another one. */
export function isPromptClosed(error: unknown): boolean {
  return error instanceof Error && ['NotAllowedError', 'AbortError'].includes(error.name);
}

/**
 * @param names of the fields that the form has
 * @param codes replaces the text of a code, or the code whose text is shown
 */
export function failureOf(
  error: unknown,
  { errors }: Messages,
  names: ReadonlySet<string>,
  codes: Readonly<Record<string, string>> = {},
): Failure {
  // TypeError: no response. Everything else that is no problem is not of the application, such as a page of a proxy.
  if (error instanceof Error && error.name === 'InvalidStateError')
    return { message: errors.known, fields: {} };
  if (error instanceof Error && error.name === 'SecurityError') return { message: errors.domain, fields: {} };
  if (!(error instanceof ProblemError)) return { message: errors.unreachable, fields: {} };
  const { problem } = error;
  if (problem.code === 'validation-failed') return failureOfFields(problem.errors, errors, names);
  return { message: messageOf(error, errors, codes), fields: {} };
}

function messageOf(
  error: ProblemError,
  errors: Messages['errors'],
  codes: Readonly<Record<string, string>>,
): string {
  const { problem, retryAfterSeconds } = error;
  if (problem.status === 429) return errors.limited(waitOf(retryAfterSeconds ?? 60, errors));
  if (problem.status === 503) return errors.busy;
  if (problem.status >= 500) return errors.failed(problem.instance);
  const code = codes[problem.code] ?? problem.code;
  return errors.codes[code] ?? errors.refused;
}

interface Violation {
  readonly pointer: string;
  readonly code: string;
  readonly detail: string;
}

function failureOfFields(
  violations: readonly Violation[],
  errors: Messages['errors'],
  names: ReadonlySet<string>,
): Failure {
  const fields: Record<string, string> = {};
  const others: string[] = [];
  for (const { pointer, code, detail } of violations) {
    const name = pointer.slice(1);
    // The server explains codes that these pages do not know, such as rules of a team, in English.
    const text = errors.violations[code] ?? (detail || errors.invalid);
    if (names.has(name)) fields[name] ??= text;
    else others.push(text);
  }
  return { message: others[0] ?? errors.fields, fields };
}

function waitOf(seconds: number, errors: Messages['errors']): string {
  return seconds <= 90 ? errors.seconds(seconds) : errors.minutes(Math.ceil(seconds / 60));
}
