import { type Instance, type Instances, startInstances } from '../kit';
import { type TotpOwner, TotpOwners } from '../support/totp-owners';

const ROUNDS = 5;

let instances: Instances;
let all: readonly Instance[];
let owners: TotpOwners;

beforeAll(async () => {
  ({ instances, all } = await startInstances(2));
  owners = new TotpOwners(instances);
});

afterAll(async () => instances.clear());

const first = (): Instance => {
  const [one] = all;
  if (!one) throw new Error('there is no instance');
  return one;
};

/** The same proof at both instances at the same time, each for a sign-in of its own, or both for one. */
async function race(owner: TotpOwner, kind: string, code: string, { shared = false } = {}) {
  const tokens = [await owners.pendingAt(first(), owner), await owners.pendingAt(first(), owner)];
  const answers = all.map(async ({ api }, index) =>
    api.post(`/v1/auth/mfa/${kind}`, { json: { mfaToken: tokens[shared ? 0 : index], code } }),
  );
  return (await Promise.all(answers)).map(({ status }) => status).toSorted((a, b) => a - b);
}

describe.each([
  ['each for a sign-in of its own', { shared: false }],
  ['for one sign-in', { shared: true }],
])('at two instances at the same time, %s,', (_, how) => {
  it('a code of an authenticator app opens one session', async () => {
    const owner = await owners.enrolled(first());
    for (let round = 1; round <= ROUNDS; round++) {
      await owners.forgetCodes();
      expect(await race(owner, 'totp', owners.codeNow(owner.secret), how)).toEqual([200, 401]);
      expect(await owners.sessionsOf(owner)).toBe(round);
    }
  });

  it('a recovery code opens one session', async () => {
    const owner = await owners.enrolled(first());
    for (let round = 1; round <= ROUNDS; round++) {
      const code = (owner.recoveryCodes[round - 1] ?? '').replaceAll('-', '');
      expect(await race(owner, 'recovery-code', code, how)).toEqual([200, 401]);
      expect(await owners.sessionsOf(owner)).toBe(round);
    }
  });
});
