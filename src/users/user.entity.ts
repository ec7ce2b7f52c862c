import { Column, Entity, PrimaryColumn } from 'typeorm';

export type UserStatus = 'active' | 'disabled';

/** An account. This table holds no secret. */
@Entity('users')
export class User {
  @PrimaryColumn('uuid')
  id: string;

  /** Normalised by `normaliseEmail`; unique. */
  @Column('text')
  email: string;

  @Column('boolean', { name: 'email_verified' })
  emailVerified: boolean;

  @Column('text', { name: 'display_name', nullable: true })
  displayName: string | null;

  @Column('text')
  status: UserStatus;

  /** Names of roles. */
  @Column('text', { array: true })
  roles: string[];

  /** Incremented with every change of roles or status; an access token carries the version it was signed under (`ver`). */
  @Column('integer', { name: 'access_version' })
  accessVersion: number;

  /** Incremented when all sessions are revoked, so that a sign-in in progress opens none. */
  @Column('integer', { name: 'sessions_epoch' })
  sessionsEpoch: number;

  /** Incremented when all device tokens are revoked; a token is valid for one epoch. */
  @Column('integer', { name: 'devices_epoch' })
  devicesEpoch: number;

  /** Whether a sign-in needs a second step. Kept by the module that stores the factors. */
  @Column('boolean', { name: 'has_factor' })
  hasFactor: boolean;

  @Column('timestamptz', { name: 'created_at' })
  createdAt: Date;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt: Date;
}
