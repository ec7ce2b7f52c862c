const ADVICE =
  'Fix that, or set DATABASE_URL=postgres://user:password@host:5432/database to use a server of your own.';

/**
 * The embedded PostgreSQL server is not available.
 * The message is for the operator: the cause first, then what to do.
 */
export class EmbeddedServerUnavailable extends Error {
  /**
   * @param reason one or more sentences without the alternative, which is added here
   * @param cause the error underneath, if there is one
   */
  constructor(reason: string, cause?: unknown) {
    super(`The embedded PostgreSQL server is unavailable: ${reason}\n${ADVICE}`, { cause });
    this.name = 'EmbeddedServerUnavailable';
  }
}

/** Converts any error to an EmbeddedServerUnavailable; returns one unchanged. */
export function asEmbeddedServerUnavailable(error: unknown): EmbeddedServerUnavailable {
  if (error instanceof EmbeddedServerUnavailable) return error;
  return new EmbeddedServerUnavailable(messageOf(error), error);
}

/** The code of a system or PostgreSQL error (`ENOENT`, `57P03`), or undefined. */
export function codeOf(error: unknown): string | undefined {
  const code: unknown =
    typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}

/** The message of any thrown value. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
