import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('keys')
export class StoredKey {
  @PrimaryColumn('text')
  id: string;

  @Column('text')
  purpose: string;

  @Column('text')
  algorithm: string;

  @Column('bytea')
  wrapped: Buffer;

  /** Identifies the AUTH_SECRET that wraps it: derived from the secret, not a part of it. */
  @Column('text', { name: 'wrapped_by' })
  wrappedBy: string;

  @Column('timestamptz', { name: 'created_at' })
  createdAt: Date;
}
