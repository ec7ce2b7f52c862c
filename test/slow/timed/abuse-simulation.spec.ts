import { PASSWORD, startApp, type TestApp } from '../../support/app';
import { inParallel } from '../../support/parallel';
import { report } from '../../support/traffic';

const STEP_SECONDS = 30;
const STEPS = 120;
const GUESSES_PER_STEP = 20;
const OWNERS = 20;
const STEPS_BETWEEN_SIGN_INS = 10;

jest.setTimeout(300_000);

interface Owner {
  readonly email: string;
  readonly deviceToken: string;
  readonly source: string;
}

/** Who guesses at whom: the source and the address of the n-th guess. */
type Attack = (n: number, owners: readonly Owner[]) => { readonly source: string; readonly email: string };

const sourceAt = (n: number) => `203.${n % 256}.${Math.floor(n / 256) % 256}.9`;
const emailAt = (n: number, owners: readonly Owner[]) => owners[n % owners.length]?.email ?? '';

const ATTACKS: [what: string, attack: Attack, limits: { guesses: number; ownersRefused: number }][] = [
  [
    'one source, many accounts',
    (n, owners) => ({ source: '203.0.113.9', email: emailAt(n, owners) }),
    { guesses: 20 * OWNERS, ownersRefused: 0 },
  ],
  [
    'many sources, one account',
    (n, owners) => ({ source: sourceAt(n), email: emailAt(0, owners) }),
    { guesses: 30, ownersRefused: 0 },
  ],
  [
    'many sources, many accounts',
    (n, owners) => ({ source: sourceAt(n), email: emailAt(n, owners) }),
    { guesses: 30 * OWNERS, ownersRefused: 0 },
  ],
];

describe.each(ATTACKS)('an hour of guessing: %s', (what, attack, limits) => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startApp({ env: { TRUSTED_PROXIES: '127.0.0.1' }, limits: true });
  });

  afterAll(async () => app.close());

  const logIn = async (source: string, json: object) =>
    app.api.post<{ deviceToken: string }>('/v1/auth/login', { json, headers: { 'x-forwarded-for': source } });

  async function newOwner(index: number): Promise<Owner> {
    const [email, source] = [`owner-${index}@example.com`, `198.51.100.${index + 1}`];
    const json = { email, password: PASSWORD };
    await app.api.post('/v1/auth/register', { json, headers: { 'x-forwarded-for': source } });
    const { body } = await logIn(source, json);
    return { email, source, deviceToken: body.deviceToken };
  }

  it('does not pay, and keeps no owner out who comes from a device that is known', async () => {
    const owners = await inParallel(OWNERS, newOwner);
    await app.mailsSent();
    const counted = {
      guesses: 0,
      through: 0,
      'known devices refused': 0,
      'new devices refused': 0,
      'owners’ sign-ins': 0,
    };
    const cpu = process.cpuUsage();
    for (let step = 0; step < STEPS; step++) {
      const guesses = await inParallel(GUESSES_PER_STEP, async (index) => {
        const { source, email } = attack(step * GUESSES_PER_STEP + index, owners);
        return logIn(source, { email, password: `guess number ${step} ${index}` });
      });
      counted.guesses += guesses.length;
      counted.through += guesses.filter(({ status }) => status === 401).length;
      if (step % STEPS_BETWEEN_SIGN_INS === 0) {
        for (const { email, source, deviceToken } of owners) {
          const [known, fresh] = [
            await logIn(source, { email, password: PASSWORD, deviceToken }),
            await logIn(source, { email, password: PASSWORD }),
          ];
          counted['owners’ sign-ins']++;
          if (known.status !== 200) counted['known devices refused']++;
          if (fresh.status !== 200) counted['new devices refused']++;
        }
      }
      app.clock.advance({ seconds: STEP_SECONDS });
    }
    const { user, system } = process.cpuUsage(cpu);
    report(what, { ...counted, 'CPU, ms per guess': (user + system) / 1_000 / counted.guesses });
    expect(counted.through).toBeLessThanOrEqual(limits.guesses);
    expect(counted['known devices refused']).toBe(limits.ownersRefused);
  });
});
