import { PasswordStrength, type PasswordWeakness } from '../../../src/passwords/password-strength';
import type { ProblemBody } from '../../support/api';
import { PASSWORD, startApp, type TestApp } from '../../support/app';
import { APP_NAME, HARD_TO_ESTIMATE, OWNER, SLOWEST } from '../../support/guessable-passwords';
import { inParallel } from '../../support/parallel';
import { expectTimes } from '../../support/timing';

/** Estimated in the main thread, the worst of them would hold it up for longer. */
const SOON_MS = 2_000;

let app: TestApp;
let people = 0;

beforeAll(async () => {
  app = await startApp({ estimates: true });
  // It loads its dictionaries.
  await register(PASSWORD);
});

afterAll(async () => app.close());

const weaknessOf = async (password: string): Promise<PasswordWeakness | undefined> =>
  app.nest.get(PasswordStrength).weaknessOf(password, OWNER, APP_NAME);

async function register(password: string, displayName?: string) {
  const email = `very.long.local.part.of.an.address.of.number.${++people}@example.com`;
  return app.api.post<ProblemBody>('/v1/auth/register', { json: { email, password, displayName } });
}

/** The longest that a probe waited while something was going on. */
async function slowestProbe(until: Promise<unknown>): Promise<number> {
  const state = { over: false };
  void until.finally(() => (state.over = true));
  const probes: number[] = [];
  while (!state.over) {
    const begun = performance.now();
    expect((await app.api.get('/health/live')).status).toBe(200);
    probes.push(performance.now() - begun);
  }
  return Math.max(...probes);
}

describe('a password made to be hard to estimate', () => {
  it.each(HARD_TO_ESTIMATE)('of %s is answered soon, and holds up nothing else', async (name, password) => {
    const displayName = 'l0ng p4rt '.repeat(10).trim();
    const measure = async () => {
      const begun = performance.now();
      const answer = register(password, displayName);
      const probe = await slowestProbe(answer);
      expect([202, 422]).toContain((await answer).status);
      return { answer: performance.now() - begun, probe };
    };
    await expectTimes(`a password of ${name}, ms`, measure, ({ answer, probe }) => {
      expect(answer).toBeLessThan(SOON_MS);
      expect(probe).toBeLessThan(SOON_MS);
    });
  });
});

/** Keeps the queue as full as one account may; each member asks again as soon as it was answered. */
class Crowd {
  estimated = 0;
  private isLeaving = false;
  private readonly members: readonly Promise<void>[];

  constructor() {
    this.members = Array.from({ length: 60 }, async () => this.member());
  }

  async gone(): Promise<void> {
    this.isLeaving = true;
    await Promise.all(this.members);
  }

  private async member(): Promise<void> {
    const isRoom = async () =>
      weaknessOf(SLOWEST).then(
        () => ++this.estimated > 0,
        () => false,
      );
    while (await isRoom()) if (this.isLeaving) return;
  }
}

describe('more new passwords of one account at once than can be estimated', () => {
  it('wait for each other, while others sign up and everything else goes on', async () => {
    const crowd = new Crowd();
    for (const { status } of await inParallel(5, async () => register(PASSWORD))) expect(status).toBe(202);
    expect(await slowestProbe(crowd.gone())).toBeLessThan(SOON_MS);
    expect(crowd.estimated).toBeGreaterThan(5);
    expect((await register(PASSWORD)).status).toBe(202);
  });
});

it('a hundred users who sign up at once all have their passwords estimated', async () => {
  const statuses = (await inParallel(100, async () => register(PASSWORD))).map(({ status }) => status);
  expect(new Set(statuses)).toEqual(new Set([202]));
});
