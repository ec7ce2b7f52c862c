import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A factor of a user, whatever its kind. A row exists only once the user has proved the factor. */
@Entity('factors')
export class StoredFactor {
  @PrimaryColumn('uuid')
  id: string;

  @Column('uuid', { name: 'user_id' })
  userId: string;

  @Column('text')
  kind: string;

  /** Chosen by the user. */
  @Column('text', { nullable: true })
  name: string | null;

  @Column('timestamptz', { name: 'created_at' })
  createdAt: Date;

  @Column('timestamptz', { name: 'last_used_at', nullable: true })
  lastUsedAt: Date | null;
}
