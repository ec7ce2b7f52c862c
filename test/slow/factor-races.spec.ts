import { type Instance, type Instances, startInstances } from '../kit';
import { totpCode } from '../support/totp';

const ROUNDS = 5;

interface Owner {
  readonly email: string;
  readonly password: string;
  readonly secret: string;
  readonly recoveryCodes: readonly string[];
}

let instances: Instances;
let all: readonly Instance[];

beforeAll(async () => {
  ({ instances, all } = await startInstances(2));
});

afterAll(async () => instances.clear());

/** The code of the present step of time; the processes have the clock of this machine. */
const codeNow = (secret: string) => totpCode(secret, Date.now());

const first = (): Instance => {
  const [one] = all;
  if (!one) throw new Error('there is no instance');
  return one;
};

/** A user with an authenticator app, whose codes count as unused. */
async function enrolled(): Promise<Owner> {
  const { api } = first();
  const person = await instances.register(first());
  await instances.ask('UPDATE users SET email_verified = true WHERE email = $1', [person.email]);
  const { accessToken: token } = await instances.signIn(first(), person);
  const path = '/v1/auth/factors/totp';
  const { secret, enrolment } = (
    await api.post<{ secret: string; enrolment: string }>(path, { token, json: {} })
  ).body;
  const json = { enrolment, code: codeNow(secret) };
  const added = await api.post<{ recoveryCodes: string[] }>(`${path}/confirm`, { token, json });
  expect(added.status).toBe(201);
  await forgetCodes();
  return { ...person, secret, recoveryCodes: added.body.recoveryCodes };
}

/** Otherwise the next code could be used half a minute later only. */
const forgetCodes = async () => instances.ask('UPDATE totp_secrets SET last_step = 0');

const pendingAt = async ({ api }: Instance, { email, password }: Owner): Promise<string> => {
  const answer = await api.post<{ mfaToken: string }>('/v1/auth/login', { json: { email, password } });
  return answer.body.mfaToken;
};

/** The same proof at both instances at the same time, each for a sign-in of its own, or both for one. */
async function race(owner: Owner, kind: string, code: string, { shared = false } = {}) {
  const tokens = [await pendingAt(first(), owner), await pendingAt(first(), owner)];
  const answers = all.map(async ({ api }, index) =>
    api.post(`/v1/auth/mfa/${kind}`, { json: { mfaToken: tokens[shared ? 0 : index], code } }),
  );
  return (await Promise.all(answers)).map(({ status }) => status).toSorted((a, b) => a - b);
}

const sessionsOf = async ({ email }: Owner) =>
  (
    await instances.ask<{ count: number }>(
      `SELECT count(*)::int AS count FROM sessions WHERE revoked_at IS NULL AND 'mfa' = ANY (methods)
         AND user_id = (SELECT id FROM users WHERE email = $1)`,
      [email],
    )
  )[0]?.count;

describe.each([
  ['each for a sign-in of its own', { shared: false }],
  ['for one sign-in', { shared: true }],
])('at two instances at the same time, %s,', (_, how) => {
  it('a code of an authenticator app opens one session', async () => {
    const owner = await enrolled();
    for (let round = 1; round <= ROUNDS; round++) {
      await forgetCodes();
      expect(await race(owner, 'totp', codeNow(owner.secret), how)).toEqual([200, 401]);
      expect(await sessionsOf(owner)).toBe(round);
    }
  });

  it('a recovery code opens one session', async () => {
    const owner = await enrolled();
    for (let round = 1; round <= ROUNDS; round++) {
      const code = (owner.recoveryCodes[round - 1] ?? '').replaceAll('-', '');
      expect(await race(owner, 'recovery-code', code, how)).toEqual([200, 401]);
      expect(await sessionsOf(owner)).toBe(round);
    }
  });
});
