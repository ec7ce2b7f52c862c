import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Where somebody is signed in: one row for as long as that lasts, however often it refreshes. */
@Entity('sessions')
export class Session {
  @PrimaryColumn('uuid')
  id: string;

  @Column('uuid', { name: 'user_id' })
  userId: string;

  /** SHA-256 of the session's secret, which stands in its refresh tokens and nowhere else. */
  @Column('bytea', { name: 'secret_digest' })
  secretDigest: Buffer;

  /** The one refresh generation that may rotate. */
  @Column('integer')
  generation: number;

  @Column('timestamptz', { name: 'rotated_at' })
  rotatedAt: Date;

  @Column('timestamptz', { name: 'last_used_at' })
  lastUsedAt: Date;

  @Column('timestamptz', { name: 'authenticated_at' })
  authenticatedAt: Date;

  /** How the user proved who they are (RFC 8176). */
  @Column('text', { array: true })
  methods: string[];

  @Column('timestamptz', { name: 'created_at' })
  createdAt: Date;

  @Column('timestamptz', { name: 'revoked_at', nullable: true })
  revokedAt: Date | null;

  /** From where it was last used, for its owner's eyes. */
  @Column('text', { name: 'ip_address', nullable: true })
  ipAddress: string | null;

  @Column('text', { name: 'user_agent', nullable: true })
  userAgent: string | null;
}
