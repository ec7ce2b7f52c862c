import { readJson, toError, UnexpectedAnswer } from './problem.ts';
import type { Mode, Tokens } from './request-sender.ts';

/** The body of a successful sign-in, refresh or reauthentication, reduced to what the client keeps. */
export interface TokenResponse {
  readonly expiresIn: number;
  /** Bearer mode only. */
  readonly tokens?: Tokens;
  /** Bearer mode only, after a sign-in. */
  readonly deviceToken?: string;
}

/**
 * Validates the response of a token endpoint.
 *
 * @throws ProblemError where the server refused the request
 * @throws UnexpectedAnswer for any other body, also for a success of the other mode, which opens no session here
 */
export async function readTokenResponse(response: Response, mode: Mode): Promise<TokenResponse> {
  const body = await readJson(response);
  if (!response.ok) throw toError(body, response);
  const { tokenType, expiresIn, accessToken, refreshToken, deviceToken } = (body ?? {}) as Partial<
    Record<string, unknown>
  >;
  if (typeof expiresIn === 'number') {
    if (mode === 'cookie' && tokenType === 'Cookie') return { expiresIn };
    if (mode === 'bearer' && typeof accessToken === 'string' && typeof refreshToken === 'string')
      return {
        expiresIn,
        tokens: { accessToken, refreshToken },
        ...(typeof deviceToken === 'string' && { deviceToken }),
      };
  }
  throw new UnexpectedAnswer(response);
}
