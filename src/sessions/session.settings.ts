import { DAY_MS } from '../platform/clock';
import type { Environment } from '../platform/config';
import { warningFinding } from '../platform/doctor';
import type { Session } from './session.entity';

/** NIST SP 800-63B-4 requires reauthentication after thirty days at the latest, at its lowest level. */
const LONG_IDLE_DAYS = 30;
const LONG_DAYS = 90;

/** The instants that decide whether a session is live, all from one reading of the clock. */
export interface SessionCutoffs {
  readonly now: Date;
  /** A session last used at or before this instant has expired by idleness. */
  readonly idleCutoff: Date;
  /** A session opened at or before this instant has expired. */
  readonly ageCutoff: Date;
  /** After a rotation since this instant the previous generation is still answered; null: never. */
  readonly graceCutoff: Date | null;
}

type SessionLifetime = Pick<Session, 'createdAt' | 'lastUsedAt' | 'endsAt'>;

/** Lifetimes of sessions, in milliseconds. */
export class SessionSettings {
  readonly idleMs: number;
  readonly maxMs: number;
  /** How long after a rotation the previous generation still gets the same successor; 0: not at all. */
  readonly graceMs: number;

  constructor(environment: Environment) {
    this.idleMs = Math.round(environment.number('SESSION_IDLE_DAYS', 14, { min: 0.0001, max: 365 }) * DAY_MS);
    this.maxMs = Math.round(environment.number('SESSION_MAX_DAYS', 90, { min: 0.0001, max: 3650 }) * DAY_MS);
    this.graceMs = Math.round(environment.number('REFRESH_GRACE_SECONDS', 30, { min: 0, max: 300 }) * 1_000);
    if (this.idleMs > this.maxMs)
      environment.addFault(
        'SESSION_IDLE_DAYS',
        'is longer than SESSION_MAX_DAYS',
        'set it to at most SESSION_MAX_DAYS',
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

  /** When a session expires however often it is used. */
  absoluteExpiryOf({ createdAt, endsAt }: SessionLifetime): Date {
    return new Date(Math.min(createdAt.getTime() + this.maxMs, endsAt?.getTime() ?? Infinity));
  }

  /** When a session expires if it is not used again. */
  expiryOf(session: SessionLifetime): Date {
    return new Date(
      Math.min(session.lastUsedAt.getTime() + this.idleMs, this.absoluteExpiryOf(session).getTime()),
    );
  }
}
