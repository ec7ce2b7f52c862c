import { METHODS } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describeApi } from '../../src/api-contract';
import { RouteTable } from '../../src/platform/http';
import type { Answer, ProblemBody, TokenBody } from './api';
import { PASSWORD, type TestApp } from './app';
import { isWhole } from './hostile-framing';
import { type HostileRequest, hostileRequest, write } from './hostile-request';
import { expectProblem } from './problem';
import { exchange } from './wire';

/** An application, what is sent to it, and what came of it. */
export class Fuzz {
  /** Requests to every route there is, with the names of every body there is. */
  readonly requests: fc.Arbitrary<HostileRequest>;
  /** How often each status was the answer; 0 where a broken frame got none. */
  readonly statuses: Record<string, number> = {};
  private token: string | undefined;

  private constructor(
    readonly app: TestApp,
    person: { email: string },
  ) {
    const { schemas = {} } = describeApi(app.nest).components ?? {};
    const known = Object.values(schemas).flatMap((schema) =>
      'properties' in schema ? Object.keys(schema.properties ?? {}) : [],
    );
    // Nest's own answer at /docs/LICENSE is a 404 that is no problem.
    const routes = app.nest.get(RouteTable).routes.filter(({ url }) => url !== '/docs/LICENSE');
    this.requests = hostileRequest(routes, [...new Set(known)], [person.email, PASSWORD, 'Ada Lovelace']);
  }

  static async on(app: TestApp): Promise<Fuzz> {
    return new Fuzz(app, await app.someone());
  }

  async send(request: HostileRequest): Promise<Answer<ProblemBody>[]> {
    this.token ??= (await this.app.signIn()).accessToken;
    const manner = { methods: [request.method], halfClose: !isWhole(request.framing) };
    const { answers } = await exchange(this.app.api.url, write(request, this.token), manner);
    const status = answers[0]?.status ?? 0;
    this.statuses[status] = (this.statuses[status] ?? 0) + 1;
    // The session of the token may have been ended by this.
    if (status === 204 || status === 401) this.token = undefined;
    return answers;
  }
}

/** Each generated request gets an answer as the contract has it, within two seconds; a broken frame may get none. */
export async function expectAnswers(fuzz: Fuzz, parameters: fc.Parameters<[HostileRequest]>): Promise<void> {
  await fc.assert(
    fc.asyncProperty(fuzz.requests, async (request) => expectAnswer(fuzz, request)),
    parameters,
  );
}

export async function expectAnswer(fuzz: Fuzz, request: HostileRequest): Promise<void> {
  const answers = await fuzz.send(request);
  if (isWhole(request.framing)) expect(answers).toHaveLength(1);
  for (const answer of answers) {
    expectManners(answer);
    fuzz.app.api.conformance.check(request.method, request.target, answer);
  }
}

interface Damage {
  readonly at: number;
  readonly cut: number;
  readonly put: string;
}

const damages = fc.array(
  fc.record<Damage>({
    at: fc.nat(400),
    cut: fc.nat(10),
    put: fc.oneof(
      fc.constantFrom('\r', '\n', '\r\n\r\n', '\0', ':', ' ', '\xff', ''),
      fc.string({ maxLength: 5 }),
    ),
  }),
  { minLength: 1, maxLength: 4 },
);

/** The same for requests of which bytes were lost, changed or added on the way: those may be answered by hanging up. */
export async function expectEnds(
  { app, requests }: Fuzz,
  parameters: fc.Parameters<[HostileRequest, Damage[]]>,
): Promise<void> {
  const property = fc.asyncProperty(requests, damages, async (request, all) => {
    let bytes = write({ ...request, signedIn: false }, '').toString('latin1');
    for (const { at, cut, put } of all) bytes = bytes.slice(0, at) + put + bytes.slice(at + cut);
    const manner = { methods: [bytes.trimStart().split(' ', 1)[0] ?? ''], halfClose: true };
    const { answers } = await exchange(app.api.url, Buffer.from(bytes, 'latin1'), manner);
    for (const answer of answers) expectManners(answer);
  });
  await fc.assert(property, parameters);
}

/** No fault of ours, and every refusal is a problem. */
export function expectManners(answer: Answer<ProblemBody>): void {
  const { status, headers, body } = answer;
  if (status === 503) expect(headers.has('retry-after')).toBe(true);
  else expect(status).toBeLessThan(500);
  if (status < 400) return;
  expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
  // An answer to HEAD.
  if (answer.text === '') return;
  // A pointer says back what was sent.
  const errors = body.errors?.map((error) => ({ ...error, pointer: '' }));
  expectProblem({ ...answer, text: JSON.stringify({ ...body, errors }) }, status, body.code);
  if (status === 401) expect(headers.get('www-authenticate')).toMatch(/^Bearer realm=/);
  if (status === 405)
    expect(METHODS).toEqual(expect.arrayContaining(headers.get('allow')?.split(', ') ?? ['']));
}

/** Registers, signs in, refreshes and asks who it is: the application goes on serving. */
export async function expectService(app: TestApp): Promise<void> {
  const { refreshToken } = await app.signIn();
  const { status, body } = await app.api.post<TokenBody>('/v1/auth/refresh', { json: { refreshToken } });
  expect(status).toBe(200);
  expect((await app.api.get('/v1/auth/principal', { token: body.accessToken })).status).toBe(200);
  expect(Object.keys(Object.prototype)).toEqual([]);
}

/** What is still in use after a collection. */
export function heapMegabytes(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed / 1_000_000;
}
