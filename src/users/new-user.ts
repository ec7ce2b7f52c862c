import type { Clock } from '../platform/clock';
import type { User } from './user.entity';

export interface NewUser {
  /** Normalised by `normaliseEmail`. */
  readonly email: string;
  readonly displayName?: string | null | undefined;
  /** False by default. */
  readonly emailVerified?: boolean | undefined;
}

export function newUser(clock: Clock, { email, displayName = null, emailVerified = false }: NewUser): User {
  const id = clock.newId();
  const now = clock.now();
  return {
    id,
    email,
    displayName,
    emailVerified,
    status: 'active',
    roles: [],
    accessVersion: 1,
    sessionsEpoch: 0,
    devicesEpoch: 0,
    hasFactor: false,
    createdAt: now,
    updatedAt: now,
  };
}
