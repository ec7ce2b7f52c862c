import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { PendingSignInStore } from '../../../../src/auth/second-step/pending-sign-in.store';
import { secretText } from '../../../../src/features/factors/totp/time-step';
import { TotpFactor } from '../../../../src/features/factors/totp/totp.factor';
import { TotpSecretStore } from '../../../../src/features/factors/totp/totp-secret.store';
import { type User, UsersService } from '../../../../src/users';
import type { TestApp } from '../../../support/app';
import { sharedApp } from '../../../support/shared-app';
import { totpCode } from '../../../support/totp';

const STEP_MS = 30_000;
const SIGN_INS = 3;
const RUNS = 30;

type Act =
  | { readonly act: 'judge'; readonly signIn: number; readonly away: number; readonly skewMs: number }
  | { readonly act: 'accept'; readonly which: number }
  | { readonly act: 'acceptAll' }
  | { readonly act: 'wait'; readonly ms: number }
  | { readonly act: 'replace' };

/** A code that an instance has found right, and that is not accepted yet, or is presented again. */
interface Judged {
  readonly token: string;
  readonly factorId: string;
  readonly timeStep: number;
}

interface AuthenticatorApp {
  readonly secret: Buffer;
  readonly factorId: string;
  lastStep: number;
}

const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      act: fc.constant('judge' as const),
      signIn: fc.nat({ max: SIGN_INS - 1 }),
      away: fc.integer({ min: -2, max: 2 }),
      // Of the clock of the instance that judges.
      skewMs: fc.constantFrom(0, 0, 1, -1, STEP_MS - 1, STEP_MS, -STEP_MS),
    }),
  },
  { weight: 6, arbitrary: fc.record({ act: fc.constant('accept' as const), which: fc.nat({ max: 5 }) }) },
  { weight: 2, arbitrary: fc.constant({ act: 'acceptAll' as const }) },
  {
    weight: 3,
    arbitrary: fc.record({
      act: fc.constant('wait' as const),
      ms: fc.oneof(
        fc.constantFrom(1, STEP_MS - 1, STEP_MS, 2 * STEP_MS, -STEP_MS, -3 * STEP_MS),
        fc.integer({ min: -STEP_MS, max: 2 * STEP_MS }),
      ),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ act: 'replace' as const }) },
);

/** One user with several pending sign-ins, at instances whose clocks differ, beside the rules of codes written a second time. */
class ModelledCodes {
  private readonly factor: TotpFactor;
  private readonly secrets: TotpSecretStore;
  private readonly pending: PendingSignInStore;
  private nowMs: number;
  private app: AuthenticatorApp;
  private tokens: string[];
  private judged: Judged[] = [];
  private readonly spent = new Set<string>();
  private readonly accepted = new Set<string>();

  constructor(
    private readonly application: TestApp,
    private readonly user: User,
  ) {
    this.factor = application.nest.get(TotpFactor, { strict: false });
    this.secrets = application.nest.get(TotpSecretStore, { strict: false });
    this.pending = application.nest.get(PendingSignInStore, { strict: false });
    this.nowMs = application.clock.nowMs();
  }

  async play(acts: readonly Act[]): Promise<void> {
    await this.replace();
    this.tokens = [];
    for (let each = 0; each < SIGN_INS; each++) this.tokens.push(await this.begin());
    for (const each of acts) {
      if (each.act === 'wait') this.nowMs += each.ms;
      else if (each.act === 'replace') await this.replace();
      else if (each.act === 'judge') await this.judge(each);
      else if (each.act === 'acceptAll') await this.acceptAll();
      else await this.acceptOne(this.judged.at(-1 - each.which));
    }
  }

  private async begin(): Promise<string> {
    const token = `mf_${randomBytes(16).toString('hex')}`;
    const step = { userId: this.user.id, sessionId: null, origin: token, methods: ['pwd'], endsAt: null };
    const state = { authenticatedAt: new Date(), sessionsEpoch: 0, device: null, isSuspicious: false };
    const expiresAt = new Date(this.application.clock.nowMs() + 600_000);
    await this.pending.add(token, { ...step, ...state }, 100, expiresAt);
    return token;
  }

  /** The code that confirms an app counts as used. */
  private async replace(): Promise<void> {
    const { application, user, nowMs } = this;
    const [secret, factorId] = [randomBytes(20), application.clock.newId()];
    const lastStep = Math.floor(nowMs / STEP_MS);
    await application.query('DELETE FROM factors WHERE user_id = $1', [user.id]);
    await application.query(
      `INSERT INTO factors (id, user_id, kind, created_at) VALUES ($1, $2, 'totp', now())`,
      [factorId, user.id],
    );
    expect(await this.secrets.add(user.id, factorId, secret, lastStep)).toBe(true);
    this.app = { secret, factorId, lastStep };
  }

  private async judge({ signIn, away, skewMs }: Extract<Act, { act: 'judge' }>): Promise<void> {
    const token = this.tokens[signIn] ?? '';
    const claimed = await this.pending.claim(token, null);
    expect(claimed === null).toBe(this.spent.has(token));
    if (!claimed) return;
    const secret = secretText(this.app.secret);
    const code = totpCode(secret, this.nowMs, { steps: away });
    const seenMs = this.nowMs + skewMs;
    const step = { id: claimed.id, user: this.user, methods: claimed.methods, now: new Date(seenMs) };
    const judged = await this.factor.judge(code, step);
    const window = [-1, 0, 1].map((steps) => totpCode(secret, seenMs, { steps }));
    expect(judged !== null).toBe(window.includes(code));
    if (!judged) return;
    expect(totpCode(secret, judged.timeStep * STEP_MS)).toBe(code);
    expect(Math.abs(judged.timeStep - Math.floor(seenMs / STEP_MS))).toBeLessThanOrEqual(1);
    this.judged.push({ token, ...judged });
  }

  private isAcceptable({ token, factorId, timeStep }: Judged): boolean {
    return factorId === this.app.factorId && timeStep > this.app.lastStep && !this.spent.has(token);
  }

  private async acceptOne(proof: Judged | undefined): Promise<void> {
    if (!proof) return;
    const expected = this.isAcceptable(proof);
    expect(await this.accept(proof)).toBe(expected);
    if (expected) this.note(proof);
  }

  /** At the same time: in an order that is not known, but in one. */
  private async acceptAll(): Promise<void> {
    const acceptable = this.judged.filter((proof) => this.isAcceptable(proof));
    const outcomes = await Promise.all(this.judged.map(async (proof) => this.accept(proof)));
    const won = this.judged.filter((_, index) => outcomes[index]);
    for (const proof of won) expect(acceptable).toContain(proof);
    expect(won.length > 0).toBe(acceptable.length > 0);
    for (const proof of won.toSorted((a, b) => a.timeStep - b.timeStep)) {
      expect(this.isAcceptable(proof)).toBe(true);
      this.note(proof);
    }
  }

  /** As a second step does in the transaction that opens a session. */
  private async accept({ token, factorId, timeStep }: Judged): Promise<boolean> {
    const rolledBack = new Error('rolled back');
    try {
      await this.application.database.transaction(async () => {
        await this.application.nest.get(UsersService).lock({ id: this.user.id });
        if (!(await this.factor.accept({ factorId, timeStep }))) throw rolledBack;
        if (!(await this.pending.spend(token))) throw rolledBack;
      });
      return true;
    } catch (error) {
      if (error !== rolledBack) throw error;
      return false;
    }
  }

  private note({ token, factorId, timeStep }: Judged): void {
    const code = `${factorId}/${timeStep}`;
    expect(this.accepted.has(code)).toBe(false);
    this.accepted.add(code);
    this.spent.add(token);
    this.app.lastStep = timeStep;
  }
}

describe('codes of an authenticator app under any interleaving, of clocks that differ and are set back', () => {
  it('are accepted once each, for one sign-in, never after a later one, and never of a replaced app', async () => {
    const application = await sharedApp();
    const { email } = await application.someone();
    const user = await application.nest.get(UsersService).findByEmail(email);
    if (!user) throw new Error('there is no user');
    const acts = fc.array(act, { minLength: 5, maxLength: 30 });
    const property = fc.asyncProperty(acts, async (all) => new ModelledCodes(application, user).play(all));
    await expect(fc.assert(property, { numRuns: RUNS })).resolves.toBeUndefined();
  });
});
