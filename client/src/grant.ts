import { errorOf, jsonOf, UnexpectedAnswer } from './problem.ts';
import type { Mode, Tokens } from './sender.ts';

/** What a sign-in, a refresh or a reauthentication gives. */
export interface Grant {
  readonly expiresIn: number;
  /** In bearer mode. */
  readonly tokens?: Tokens;
  /** In bearer mode, of a sign-in. */
  readonly deviceToken?: string;
}

/** @throws ProblemError; UnexpectedAnswer, also where a success is not of this mode: whatever it is, it is no session */
export async function grantIn(response: Response, mode: Mode): Promise<Grant> {
  const body = await jsonOf(response);
  if (!response.ok) throw errorOf(body, response);
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
