import { Column, Entity, PrimaryColumn } from 'typeorm';

/** An address that an account had and may get back: until then nobody else can have it. */
@Entity('former_emails')
export class FormerEmail {
  @PrimaryColumn('text')
  email: string;

  @Column('uuid', { name: 'user_id' })
  userId: string;

  @Column('timestamptz', { name: 'reserved_until' })
  reservedUntil: Date;
}
