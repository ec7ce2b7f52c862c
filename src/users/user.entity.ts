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

  /** Counts the changes to what the user may do; a token carries the number it was signed under (`ver`). */
  @Column('integer', { name: 'access_version' })
  accessVersion: number;

  @Column('timestamptz', { name: 'created_at' })
  createdAt: Date;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt: Date;
}
