import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A former address that is reserved for its account. */
@Entity('former_emails')
export class FormerEmail {
  @PrimaryColumn('text')
  email: string;

  @Column('uuid', { name: 'user_id' })
  userId: string;

  @Column('timestamptz', { name: 'reserved_until' })
  reservedUntil: Date;
}
