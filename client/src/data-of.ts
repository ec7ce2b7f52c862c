import { toError } from './problem.ts';

type Result = { readonly data?: unknown; readonly error?: unknown; readonly response: Response };

/**
 * Returns the data of a call and throws its error: `const me = await dataOf(api.GET('/v1/users/me'))`.
 *
 * @throws ProblemError where the server refused; StepUpRequired where it requires a recent sign-in
 * @throws UnexpectedAnswer where the response is not one of the application
 * @throws TypeError where there was no response
 */
export async function dataOf<Answer extends Result>(
  call: Promise<Answer>,
): Promise<Extract<Answer, { readonly error?: never }>['data']> {
  const { data, error, response } = await call;
  if (!response.ok) throw toError(error, response);
  return data;
}
