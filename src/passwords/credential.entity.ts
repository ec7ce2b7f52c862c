import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A user's password hash, apart from the user, so that no query for a person can bring it along. */
@Entity('credentials')
export class Credential {
  @PrimaryColumn('uuid', { name: 'user_id' })
  userId: string;

  @Column('text')
  hash: string;

  @Column('timestamptz', { name: 'changed_at' })
  changedAt: Date;
}
