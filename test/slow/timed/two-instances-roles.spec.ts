import { MAX_STALENESS_MS } from '../../../src/platform/change-feed';
import type { Answer, Api, TokenBody } from '../../support/api';
import { createDatabase } from '../../support/database';
import type { Instance } from '../../support/home';
import { Instances, type Person, principal, refresh, refusal, reportLags } from '../../support/instances';
import { readJws } from '../../support/jws';
import { expectProblem } from '../../support/problem';

const ROUNDS = 20;

interface Signed extends Person {
  readonly id: string;
  readonly tokens: TokenBody;
}

let instances: Instances;
let one: Instance;
let other: Instance;
let admin: Signed;

beforeAll(async () => {
  instances = new Instances(await createDatabase());
  [one, other] = [await instances.start(), await instances.start()];
  admin = await newUser('admin');
});

afterAll(async () => {
  for (const { output } of [one, other]) expect(output).not.toMatch(/unhandled|uncaught|request failed/i);
  await instances.clear();
});

/** The instance that something is done through, and the one that has to learn of it; each is either in turn. */
const inTurn = (round: number): [Instance, Instance] => (round % 2 === 0 ? [one, other] : [other, one]);

/** A verified, signed-in user with these roles. */
async function newUser(...roles: string[]): Promise<Signed> {
  const person = await instances.register(one);
  const text = 'UPDATE users SET email_verified = true, roles = $2 WHERE email = $1';
  await instances.ask(text, [person.email, roles]);
  const tokens = await instances.signIn(one, person);
  return { ...person, tokens, id: String(readJws(tokens.accessToken).claims['sub']) };
}

/** Done by the administrator, and when it was. */
async function does({ api }: Instance, method: string, path: string, json?: object): Promise<number> {
  const { accessToken: token } = admin.tokens;
  const { status } = await api.send(method, path, { token, ...(json && { json }) });
  expect([200, 201, 204]).toContain(status);
  return performance.now();
}

const users = async (api: Api, { accessToken: token }: TokenBody): Promise<Answer> =>
  api.get('/v1/users?limit=1', { token });

/** How long after a change the response differs; fails beyond the published bound. */
async function lagUntil(status: number, ask: () => Promise<Answer>, changedAt: number): Promise<number> {
  for (;;) {
    const askedAt = performance.now();
    const answer = await ask();
    if (answer.status === status) return performance.now() - changedAt;
    expect([200, 403]).toContain(answer.status);
    expect(askedAt - changedAt).toBeLessThanOrEqual(MAX_STALENESS_MS);
  }
}

describe('done on one instance, the other sees in time', () => {
  it.each([
    ['widened', ['users:read'], 200],
    ['narrowed', [], 403],
  ])('a role that is %s, with the token its holder has', async (name, permissions, status) => {
    const lags: number[] = [];
    const before = status === 200 ? [] : ['users:read'];
    for (let round = 0; round < ROUNDS; round++) {
      const [here, there] = inTurn(round);
      const role = `${name}-${round}`;
      const madeAt = await does(here, 'PUT', `/v1/roles/${role}`, { permissions: before });
      const { tokens } = await newUser(role);
      await lagUntil(status === 200 ? 403 : 200, async () => users(there.api, tokens), madeAt);
      const changedAt = await does(here, 'PUT', `/v1/roles/${role}`, { permissions });
      expect((await users(here.api, tokens)).status).toBe(status);
      lags.push(await lagUntil(status, async () => users(there.api, tokens), changedAt));
    }
    reportLags(`a role that is ${name}`, lags);
  });

  it('a role that is given and one that is taken: older tokens are stale, and refreshing is enough', async () => {
    await does(one, 'PUT', '/v1/roles/reader', { permissions: ['users:read'] });
    const lags: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const [here, there] = inTurn(round);
      const { id, ...member } = await newUser();
      let { tokens } = member;
      for (const roles of [['reader'], []]) {
        const changedAt = await does(here, 'PATCH', `/v1/users/${id}`, { roles });
        expectProblem(await principal(here.api, tokens), 401, 'token-stale');
        lags.push(await refusal(there.api, tokens, changedAt, 'token-stale'));
        tokens = (await refresh(there.api, tokens)).body;
        for (const { api } of [one, other])
          expect((await users(api, tokens)).status).toBe(roles.length > 0 ? 200 : 403);
      }
    }
    reportLags('a role that is given or taken', lags);
  });

  it('a role that is deleted: its holders have lost it', async () => {
    const lags: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const [here, there] = inTurn(round);
      await does(here, 'PUT', `/v1/roles/gone-${round}`, { permissions: ['users:read'] });
      const { tokens } = await newUser(`gone-${round}`);
      const deletedAt = await does(here, 'DELETE', `/v1/roles/gone-${round}`);
      lags.push(await refusal(there.api, tokens, deletedAt, 'token-stale'));
      const { body } = await refresh(there.api, tokens);
      for (const { api } of [one, other]) expect((await users(api, body)).status).toBe(403);
    }
    reportLags('a role that is deleted', lags);
  });

  it.each([
    ['disabled', 'PATCH', { status: 'disabled' }],
    ['deleted', 'DELETE', undefined],
  ])('a user who is %s', async (name, method, json) => {
    const lags: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const [here, there] = inTurn(round);
      const { id, tokens, email, password } = await newUser();
      const endedAt = await does(here, method, `/v1/users/${id}`, json);
      expectProblem(await principal(here.api, tokens), 401, 'invalid-token');
      lags.push(await refusal(there.api, tokens, endedAt));
      expectProblem(await refresh(there.api, tokens), 401, 'invalid-refresh-token');
      const again = await there.api.post('/v1/auth/login', { json: { email, password } });
      expectProblem(again, 401, 'invalid-credentials');
    }
    reportLags(`a user who is ${name}`, lags);
  });
});
