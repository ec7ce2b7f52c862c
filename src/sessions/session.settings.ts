import type { Environment } from '../platform/config';
import { warningFinding } from '../platform/doctor';
import type { Session } from './session.entity';

const DAY_MS = 86_400_000;
/** NIST SP 800-63B-4 requires reauthentication after thirty days at the latest, at its lowest level. */
const LONG_IDLE_DAYS = 30;
const LONG_DAYS = 90;

/** The instants that decide about a session, all from one reading of the clock. */
export interface SessionCutoffs {
  readonly now: Date;
  /** A session not used since then is idle. */
  readonly idleCutoff: Date;
  /** A session opened by then is over. */
  readonly ageCutoff: Date;
  /** A rotation since then still answers the generation before; null: none does. */
  readonly graceCutoff: Date | null;
}

/** What decides how long a session may still go on. */
type SessionLifetime = Pick<Session, 'createdAt' | 'lastUsedAt'>;

/** How long somebody stays signed in, in milliseconds. */
export class SessionSettings {
  readonly idleMs: number;
  readonly maxMs: number;
  /** How long after a rotation the generation before still gets the same successor; 0 switches it off. */
  readonly graceMs: number;

  constructor(environment: Environment) {
    this.idleMs = Math.round(environment.number('SESSION_IDLE_DAYS', 14, { min: 0.0001, max: 365 }) * DAY_MS);
    this.maxMs = Math.round(environment.number('SESSION_MAX_DAYS', 90, { min: 0.0001, max: 3650 }) * DAY_MS);
    this.graceMs = Math.round(environment.number('REFRESH_GRACE_SECONDS', 30, { min: 0, max: 300 }) * 1_000);
    if (this.idleMs > this.maxMs)
      environment.addFault(
        'SESSION_IDLE_DAYS',
        'is longer than SESSION_MAX_DAYS',
        'make it the shorter of the two',
      );
    const [idleDays, days] = [this.idleMs / DAY_MS, this.maxMs / DAY_MS];
    if (idleDays > LONG_IDLE_DAYS)
      environment.addFinding(
        warningFinding(
          `an unused session lasts ${idleDays} days`,
          `SESSION_IDLE_DAYS of ${LONG_IDLE_DAYS} or less`,
        ),
      );
    if (days > LONG_DAYS)
      environment.addFinding(
        warningFinding(`a session lasts ${days} days`, `SESSION_MAX_DAYS of ${LONG_DAYS} or less`),
      );
  }

  cutoffsAt(nowMs: number): SessionCutoffs {
    return {
      now: new Date(nowMs),
      idleCutoff: new Date(nowMs - this.idleMs),
      ageCutoff: new Date(nowMs - this.maxMs),
      graceCutoff: this.graceMs > 0 ? new Date(nowMs - this.graceMs) : null,
    };
  }

  /** When it is over however much it is used. */
  absoluteExpiryOf({ createdAt }: SessionLifetime): Date {
    return new Date(createdAt.getTime() + this.maxMs);
  }

  /** When it is over if it is not used again. */
  expiryOf(session: SessionLifetime): Date {
    return new Date(
      Math.min(session.lastUsedAt.getTime() + this.idleMs, this.absoluteExpiryOf(session).getTime()),
    );
  }
}
