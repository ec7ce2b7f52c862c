import fc from 'fast-check';
import { Database } from '../../src/platform/database';
import { ChangeFeed } from '../../src/platform/change-feed';
import { Keyring } from '../../src/platform/keyring';
import { AccessSettings } from '../../src/access';
import { type OpenSession, SessionSettings, SessionStore } from '../../src/sessions';
import { UsersService } from '../../src/users';
import type { TestApp } from './app';
import { TestClock } from './test-clock';

const GRACE_MS = 30_000;
const IDLE_MS = 14 * 86_400_000;
const MAX_MS = 90 * 86_400_000;

type Step =
  | { readonly act: 'refresh'; readonly session: number; readonly age: number }
  | { readonly act: 'renew'; readonly session: number; readonly age: number }
  | { readonly act: 'logOut'; readonly session: number; readonly age: number }
  | { readonly act: 'wait'; readonly ms: number };

/** The contract's rules of a session, written a second time and without a database. */
class Model {
  /** Every issued token, by generation. */
  readonly given: OpenSession[];
  private rotatedAt: number;
  private lastUsedAt: number;
  private over = false;

  constructor(
    first: OpenSession,
    private readonly openedAt: number,
  ) {
    this.given = [first];
    this.rotatedAt = openedAt;
    this.lastUsedAt = openedAt;
  }

  get current(): number {
    return this.given.length - 1;
  }

  isLive(now: number): boolean {
    return !this.over && now - this.lastUsedAt < IDLE_MS && now - this.openedAt < MAX_MS;
  }

  refresh(generation: number, now: number): 'rotated' | 'replayed' | 'reused' | 'refused' {
    if (!this.isLive(now)) return 'refused';
    if (generation === this.current) return 'rotated';
    if (generation === this.current - 1 && now - this.rotatedAt <= GRACE_MS) return 'replayed';
    this.over = true;
    return 'reused';
  }

  rotate(next: OpenSession, now: number): void {
    this.given.push(next);
    this.rotatedAt = now;
    this.lastUsedAt = now;
  }

  /** Renewing from the generation before, within the grace, promises what was promised then. */
  renewsInPlace(generation: number, now: number): boolean {
    return generation === this.current - 1 && now - this.rotatedAt <= GRACE_MS;
  }

  use(now: number): void {
    this.lastUsedAt = now;
  }

  end(): void {
    this.over = true;
  }
}

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: acting('refresh') },
  { weight: 2, arbitrary: acting('renew') },
  { weight: 1, arbitrary: acting('logOut') },
  {
    weight: 3,
    arbitrary: fc.record({
      act: fc.constant('wait' as const),
      ms: fc.oneof(
        fc.integer({ min: 1, max: 2 * GRACE_MS }),
        fc.constantFrom(GRACE_MS, GRACE_MS + 1, IDLE_MS - 1, IDLE_MS, IDLE_MS / 2),
      ),
    }),
  },
);

function acting<Act extends 'refresh' | 'renew' | 'logOut'>(act: Act) {
  // Mostly the current token, then the one before it (a lost answer, a second tab), then what only an attacker would still have.
  const age = fc.oneof(
    { weight: 5, arbitrary: fc.constant(0) },
    { weight: 3, arbitrary: fc.constant(1) },
    fc.integer({ min: 2, max: 4 }),
  );
  return fc.record({ act: fc.constant(act), session: fc.integer({ min: 0, max: 1 }), age });
}

const CLIENT = { ipAddress: '127.0.0.1', userAgent: null, language: null };

/** Sessions of one user of an application, under a clock of their own. */
export class ModelledSessions {
  private readonly clock = new TestClock();
  private readonly sessions: SessionStore;
  private user: { id: string; roles: string[]; accessVersion: number; sessionsEpoch: number };

  constructor(private readonly app: TestApp) {
    const { nest } = app;
    this.sessions = new SessionStore(
      nest.get(Database),
      nest.get(ChangeFeed),
      nest.get(Keyring),
      this.clock,
      nest.get(SessionSettings),
      nest.get(AccessSettings),
    );
  }

  async init(): Promise<this> {
    await this.sessions.onModuleInit();
    const user = await this.app.nest.get(UsersService).findByEmail((await this.app.someone()).email);
    this.user = { id: user?.id ?? '', accessVersion: 1, roles: [], sessionsEpoch: 0 };
    return this;
  }

  /**
   * Under any interleaving of refreshes, lost answers, theft, renewal, signing out and time, two sessions go as the contract
   * says: one live generation, replays create none, reuse revokes that session alone, and nothing of it works afterwards.
   */
  async check(numRuns: number): Promise<void> {
    const steps = fc.array(step, { minLength: 5, maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(steps, async (run) => this.play(run)),
      { numRuns },
    );
  }

  private async play(steps: readonly Step[]): Promise<void> {
    const models = [await this.open(), await this.open()];
    for (const action of steps) {
      if (action.act === 'wait') this.clock.advance({ milliseconds: action.ms });
      else await this.act(models[action.session] as Model, action);
    }
    for (const model of models) {
      if (model.isLive(this.clock.nowMs())) expect(await this.liveRows(model)).toBe(1);
      else
        for (const { refreshToken } of model.given)
          expect((await this.sessions.rotate(refreshToken, CLIENT)).outcome).toBe('refused');
    }
  }

  private async open(): Promise<Model> {
    const session = await this.sessions.open(this.user, this.authentication(), CLIENT);
    if (!session) throw new Error('no session was opened');
    return new Model(session, this.clock.nowMs());
  }

  private async act(model: Model, action: Exclude<Step, { act: 'wait' }>): Promise<void> {
    const now = this.clock.nowMs();
    const generation = Math.max(0, model.current - action.age);
    const presented = model.given[generation] as OpenSession;
    if (action.act === 'logOut') {
      await this.sessions.revokeByRefreshToken(presented.refreshToken);
      return model.end();
    }
    if (action.act === 'renew') return this.renew(model, generation, presented, now);
    const expected = model.refresh(generation, now);
    const rotation = await this.sessions.rotate(presented.refreshToken, CLIENT);
    expect(rotation.outcome).toBe(expected);
    if (!('session' in rotation)) return;
    if (expected === 'rotated') model.rotate(rotation.session, now);
    else expect(rotation.session.refreshToken).toBe(model.given[model.current]?.refreshToken);
  }

  private async renew(model: Model, generation: number, presented: OpenSession, now: number): Promise<void> {
    const inPlace = model.renewsInPlace(generation, now);
    const { id: sessionId, jti } = presented;
    const renewed = await this.sessions.renew({ sessionId, jti }, 0, this.authentication(), CLIENT);
    expect(renewed !== null).toBe(model.isLive(now));
    if (!renewed) return;
    expect(renewed.authenticatedAt.getTime()).toBe(now);
    if (!inPlace) return model.rotate(renewed, now);
    expect(renewed.refreshToken).toBe(model.given[model.current]?.refreshToken);
    model.use(now);
  }

  private authentication() {
    return { methods: ['pwd'], authenticatedAt: this.clock.now() };
  }

  private async liveRows({ given: [first] }: Model): Promise<number> {
    const text = 'SELECT 1 FROM sessions WHERE id = $1 AND revoked_at IS NULL';
    return (await this.app.query(text, [first?.id])).length;
  }
}
