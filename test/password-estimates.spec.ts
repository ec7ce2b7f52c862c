import { PasswordStrength } from '../src/passwords/password-strength';
import type { ProblemBody } from './support/api';
import { PASSWORD, startApp, type TestApp } from './support/app';
import { inParallel } from './support/parallel';
import { expectProblem } from './support/problem';

/** 128 characters of what a text is made of, over and over. */
const longOf = (unit: string) => Array.from(unit.repeat(128)).slice(0, 128).join('');

const LETTERS_FOR_OTHERS = longOf(
  '0s3w4esd0s4rr3pww9s4sds044ss344spp4perp4430ps44eed44rr34wp4s443desww3deA|wdespe4s',
);

/** Estimated in between everything else, the worst of them would hold it up for longer. */
const SOON_MS = 2_000;

let app: TestApp;
let people = 0;

beforeAll(async () => {
  app = await startApp({ estimates: true });
  // It loads its dictionaries.
  await register(PASSWORD);
});

afterAll(async () => app.close());

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
  it.each([
    ['letters that stand for others', longOf('4@83({[<63#691!|!<70$5+7<>/%2')],
    ['the same, in no order', LETTERS_FOR_OTHERS],
    ['figures that stand for two letters each', longOf('69176!|1')],
    ['figures that repeat within what repeats', longOf('112111211112111')],
    ['dates', longOf('1/1/91 01.02.2003 31-12-1999 ')],
    ['dates without separators', longOf('0190109100111901')],
    ['separators', longOf('. -_,;:/ |')],
    ['words of the user', longOf('v3ry.l0ng.l0c4l.p4rt.0f.4n.')],
    ['almost one letter', `${'a'.repeat(63)}b${'a'.repeat(64)}`],
    ['capitals in between', longOf('aAaaAAaB')],
    ['letters that grow in lower case', longOf('İ1ẞ4ﬃ')],
    ['marks', longOf('a\u0315\u0300\u05ae')],
    ['emoji', longOf('👩🏽‍🚀1')],
    ['NUL', longOf('\0')],
    ['words of the language', longOf('constructor__proto__toString')],
  ])('of %s is answered soon, and holds up nothing else', async (_, password) => {
    const displayName = 'l0ng p4rt '.repeat(10).trim();
    const begun = performance.now();
    const answer = register(password, displayName);
    const slowest = await slowestProbe(answer);
    expect([202, 422]).toContain((await answer).status);
    expect(performance.now() - begun).toBeLessThan(SOON_MS);
    expect(slowest).toBeLessThan(SOON_MS);
  });
});

/** As many as there is room for; each asks again as soon as it was answered, before anybody else can take its place. */
class Crowd {
  estimated = 0;
  private isLeaving = false;
  private readonly members: readonly Promise<void>[];

  constructor(private readonly strength: PasswordStrength) {
    this.members = Array.from({ length: 60 }, async () => this.member());
  }

  async gone(): Promise<void> {
    this.isLeaving = true;
    await Promise.all(this.members);
  }

  private async member(): Promise<void> {
    const owner = { email: 'ada@example.com' };
    const ask = async () => this.strength.weaknessOf(LETTERS_FOR_OTHERS, owner, 'Gatehouse');
    const isRoom = async () =>
      ask().then(
        () => ++this.estimated > 0,
        () => false,
      );
    while (await isRoom()) if (this.isLeaving) return;
  }
}

describe('more new passwords at once than can be estimated', () => {
  it('are refused, while the others are estimated and everything else goes on', async () => {
    const crowd = new Crowd(app.nest.get(PasswordStrength));
    const refused = await inParallel(5, async () => register(PASSWORD));
    for (const answer of refused) {
      expectProblem(answer, 503, 'unavailable');
      expect(answer.headers.get('retry-after')).toMatch(/^[1-9]\d?$/);
    }
    expect(await slowestProbe(crowd.gone())).toBeLessThan(SOON_MS);
    expect(crowd.estimated).toBeGreaterThan(15);
    expect((await register(PASSWORD)).status).toBe(202);
  });

  it('by HTTP, 100 at a time, get no answer but 202 and 503', async () => {
    const statuses = (await inParallel(100, async () => register(PASSWORD))).map(({ status }) => status);
    expect(statuses.filter((status) => status !== 202 && status !== 503)).toEqual([]);
    expect(statuses).toContain(202);
    expect((await register(PASSWORD)).status).toBe(202);
  });
});
