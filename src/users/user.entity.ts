import { Column, Entity, PrimaryColumn } from 'typeorm';

export type UserStatus = 'active' | 'disabled';

/** Who exists. No secret stands in this table. */
@Entity('users')
export class User {
  @PrimaryColumn('uuid')
  id: string;

  /** In the form `normaliseEmail` gives it; unique. */
  @Column('text')
  email: string;

  @Column('boolean', { name: 'email_verified' })
  emailVerified: boolean;

  @Column('text', { name: 'display_name', nullable: true })
  displayName: string | null;

  @Column('text')
  status: UserStatus;

  /** By name; what each lets its holders do is for `roles` to say. */
  @Column('text', { array: true })
  roles: string[];

  /** Counts the changes to what the user may do; a token carries the number it was signed under (`ver`). */
  @Column('integer', { name: 'access_version' })
  accessVersion: number;

  /** Counts the times all sessions were ended; a sign-in that began before the last of them opens none. */
  @Column('integer', { name: 'sessions_epoch' })
  sessionsEpoch: number;

  /** Counts the times all device tokens were voided; a token counts under the number it was made for. */
  @Column('integer', { name: 'devices_epoch' })
  devicesEpoch: number;

  @Column('timestamptz', { name: 'created_at' })
  createdAt: Date;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt: Date;
}
