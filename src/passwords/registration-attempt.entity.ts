import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A further registration of an unverified address, with the password and name it asked for. */
@Entity('registration_attempts')
export class RegistrationAttempt {
  @PrimaryColumn('uuid')
  id: string;

  @Column('uuid', { name: 'user_id' })
  userId: string;

  @Column('text')
  hash: string;

  @Column('text', { name: 'display_name', nullable: true })
  displayName: string | null;

  @Column('timestamptz', { name: 'created_at' })
  createdAt: Date;
}
