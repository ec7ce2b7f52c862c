import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The password hash of a user, in a table of its own so that no query for users returns it. */
@Entity('credentials')
export class Credential {
  @PrimaryColumn('uuid', { name: 'user_id' })
  userId: string;

  @Column('text')
  hash: string;

  @Column('timestamptz', { name: 'changed_at' })
  changedAt: Date;
}
