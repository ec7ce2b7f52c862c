import type { Answer, ProblemBody, TokenBody } from '../support/api';
import type { Person, TestApp } from '../support/app';
import { expectProblem, violations } from '../support/problem';
import { expectOpen, expectOver, openSession, sessionIdOf, sessionsOf } from '../support/sessions';
import { sharedApp } from '../support/shared-app';

let app: TestApp;
let person: Person;
let here: TokenBody;
let there: TokenBody;
let third: TokenBody;
let stranger: TokenBody;

beforeAll(async () => {
  app = await sharedApp();
});

async function openAll(): Promise<void> {
  person = await app.someone();
  [here, there] = [await openSession(app, person), await openSession(app, person)];
  third = await openSession(app, person);
  stranger = await openSession(app, await app.someone());
}

const endAll = async (query = '', { accessToken: token }: TokenBody = here) =>
  app.api.send<ProblemBody>('DELETE', `/v1/sessions${query}`, { token });
const expectDone = ({ status, text, headers }: Answer<object>) =>
  expect([status, text, headers.get('cache-control')]).toEqual([204, '', 'no-store']);

describe('signing out everywhere', () => {
  beforeEach(openAll);

  it.each(['', '?', '?includeCurrent=false'])('with %j revokes all but the current one', async (query) => {
    expectDone(await endAll(query));
    await expectOver(app, there, third);
    await expectOpen(app, here, stranger);
    expect((await sessionsOf(app, here.accessToken)).items.map(({ id }) => id)).toEqual([
      sessionIdOf(here.accessToken),
    ]);
  });

  it('with ?includeCurrent=true ends the current one as well', async () => {
    expectDone(await endAll('?includeCurrent=true'));
    await expectOver(app, here, there, third);
    await expectOpen(app, stranger);
    expectProblem(await endAll('?includeCurrent=true'), 401, 'invalid-token');
  });

  it('revokes more sessions than one statement does', async () => {
    await app.query(
      `INSERT INTO sessions (id, user_id, secret_digest, generation, rotated_at, last_used_at, authenticated_at, methods, created_at)
       SELECT gen_random_uuid(), s.user_id, s.secret_digest, 0, s.rotated_at, s.last_used_at, s.authenticated_at, s.methods, s.created_at
       FROM sessions s, generate_series(1, 510) WHERE s.id = $1`,
      [sessionIdOf(there.accessToken)],
    );
    expectDone(await endAll());
    const text = `SELECT s.id FROM sessions s JOIN users u ON u.id = s.user_id
      WHERE u.email = $1 AND s.revoked_at IS NULL`;
    expect(await app.query(text, [person.email])).toEqual([{ id: sessionIdOf(here.accessToken) }]);
  });

  it('can be repeated, also without sessions to revoke', async () => {
    expectDone(await endAll());
    expectDone(await endAll());
    expectDone(await endAll('', stranger));
    await expectOpen(app, here, stranger);
  });

  it('does not revoke sessions opened afterwards', async () => {
    expectDone(await endAll());
    await expectOpen(app, await app.signIn(person), here);
  });
});

describe('a refused request to sign out everywhere', () => {
  beforeAll(openAll);

  it.each([
    ['includeCurrent=1', '/includeCurrent', 'in'],
    ['includeCurrent=TRUE', '/includeCurrent', 'in'],
    ['includeCurrent=', '/includeCurrent', 'in'],
    ['includeCurrent', '/includeCurrent', 'in'],
    ['includeCurrent=true%20', '/includeCurrent', 'in'],
    ['includeCurrent=true&includeCurrent=true', '/includeCurrent', 'in'],
    ['includeCurrent=false&includeCurrent=true', '/includeCurrent', 'in'],
    ['includeCurrent[]=true', '/includeCurrent[]', 'unknown-property'],
    ['includecurrent=true', '/includecurrent', 'unknown-property'],
    ['limit=1', '/limit', 'unknown-property'],
    ['constructor=1', '/constructor', 'unknown-property'],
  ])('with ?%s ends nothing', async (query, pointer, code) => {
    const answer = await endAll(`?${query}`);
    expectProblem(answer, 422, 'validation-failed');
    expect(violations(answer)).toEqual({ [pointer]: code });
    expect((await sessionsOf(app, here.accessToken)).items).toHaveLength(3);
  });

  it('without a token ends nothing', async () => {
    expectProblem(await app.api.send('DELETE', '/v1/sessions'), 401, 'authentication-required');
    await expectOpen(app, here, there, third);
  });
});
