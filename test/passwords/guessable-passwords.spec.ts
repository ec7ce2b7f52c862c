import { PasswordStrength, type PasswordWeakness } from '../../src/passwords/password-strength';
import { CurrentRequest } from '../../src/platform/http';
import {
  APP_NAME,
  COMMON,
  GOOD,
  GUESSABLE,
  HARD_TO_ESTIMATE,
  OF_THE_APPLICATION,
  OWNER,
  PERSONAL,
} from '../support/guessable-passwords';
import { inParallel } from '../support/parallel';
import { sample } from '../support/sample';

/** How long an estimate of the worst password may take; everything else goes on meanwhile. */
const SOON_MS = 2_000;

// The estimator itself; that it is asked for every new password: password-policy.spec.ts. Whole tables: test/slow.
describe('the strength of a new password', () => {
  let strength: PasswordStrength;

  beforeAll(() => {
    strength = new PasswordStrength(new CurrentRequest());
  });

  afterAll(async () => strength.onApplicationShutdown());

  const weaknessOf = async (password: string, owner = OWNER): Promise<PasswordWeakness | undefined> =>
    strength.weaknessOf(password, owner, APP_NAME);

  it.each([
    ['password-common', sample(COMMON, 8)],
    ['password-guessable', sample(GUESSABLE, 10)],
    ['password-personal', sample(PERSONAL, 8)],
  ])('is judged %s for the likes of %j', async (weakness, passwords) => {
    for (const password of passwords)
      expect([password, await weaknessOf(password)]).toEqual([password, weakness]);
  });

  it('is not enough where the password is made of the name of the application', async () => {
    for (const password of sample(OF_THE_APPLICATION, 2))
      expect(await weaknessOf(password)).toMatch(/^password-(personal|guessable)$/);
  });

  it('is enough for several words that do not belong together, in any script', async () => {
    for (const password of sample(GOOD, 12))
      expect([password, await weaknessOf(password)]).toEqual([password, undefined]);
  });

  it('depends on who chooses the password', async () => {
    const password = 'zibberquandtovic 12';
    expect(await weaknessOf(password)).toBe('password-personal');
    expect(await weaknessOf(password, { email: 'ada@example.com', displayName: 'Ada' })).toBeUndefined();
  });

  it('is known soon for a password made to be hard to estimate', async () => {
    for (const [, password] of sample(HARD_TO_ESTIMATE, 4)) {
      const begun = performance.now();
      await weaknessOf(password);
      expect(performance.now() - begun).toBeLessThan(SOON_MS);
    }
  });

  it('is estimated for all of 32 users who sign up at once', async () => {
    const weaknesses = await inParallel(32, async (index) =>
      weaknessOf('nine calm badgers', { email: `user-${index}@example.com`, displayName: '' }),
    );
    expect(weaknesses).toEqual(weaknesses.map(() => undefined));
  });
});
