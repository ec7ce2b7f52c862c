import { errorOf } from './problem.ts';

type Answered = { readonly data?: unknown; readonly error?: unknown; readonly response: Response };

/**
 * What a call answered, for those who would rather catch than compare: `const me = await dataOf(api.GET('/v1/users/me'))`.
 * @throws ProblemError (StepUpRequired where a recent sign-in is needed), UnexpectedAnswer; TypeError where there was no answer
 */
export async function dataOf<Answer extends Answered>(
  call: Promise<Answer>,
): Promise<Extract<Answer, { readonly error?: never }>['data']> {
  const { data, error, response } = await call;
  if (!response.ok) throw errorOf(error, response);
  return data;
}
