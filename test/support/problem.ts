import type { Answer, ProblemBody } from './api';

/** What would tell a stranger how this is built: places, statements, names of libraries. */
const INSIDES =
  /node_modules|\/src\/|\/dist\/|\.[jt]s\b|\\n|at \S+ \(|\wError\b|Error:|FST_|fastify|\bnest\b|nestjs|express|passport|typeorm|postgres|\bpg\b|\bSQL\b|SELECT|INSERT|UPDATE|relation|bcrypt|jsonwebtoken|class-validator|undefined|\[object/i;

/**
 * Holds an answer to RFC 9457 as the contract has it.
 * @param extensions the members of the problem beyond those of every problem, as an error of a module may have them
 */
export function expectProblem(
  answer: Answer<object>,
  status: number,
  code: string,
  extensions: Readonly<Record<string, unknown>> = {},
): void {
  const { headers } = answer;
  const body = answer.body as ProblemBody;
  expect({ status: answer.status, code: body?.code }).toEqual({ status, code });
  const { errors, ...members } = body;
  expect(members).toEqual({
    ...extensions,
    type: expect.stringMatching(new RegExp(`^urn:[a-z:-]+:${code}$`)),
    title: expect.stringMatching(/^[A-Z]/),
    status,
    detail: expect.stringMatching(/^[A-Z].*\.$/),
    instance: headers.get('x-request-id'),
    code,
  });
  expect(Array.isArray(errors)).toBe(code === 'validation-failed');
  expect(headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
  expect(headers.get('cache-control')).toBe('no-store');
  expect(answer.text).not.toMatch(INSIDES);
}

/** The broken rules of a 422: a code for each pointer. */
export function violations(answer: Answer<object>): Record<string, string> {
  const { errors = [] } = answer.body as ProblemBody;
  return Object.fromEntries(errors.map(({ pointer, code }) => [pointer, code]));
}
