import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A sign-in on one device: one row, however often it is refreshed. */
@Entity('sessions')
export class Session {
  @PrimaryColumn('uuid')
  id: string;

  @Column('uuid', { name: 'user_id' })
  userId: string;

  /** SHA-256 of the secret that only the refresh tokens of the session contain. */
  @Column('bytea', { name: 'secret_digest' })
  secretDigest: Buffer;

  /** The only generation of refresh token that may rotate. */
  @Column('integer')
  generation: number;

  @Column('timestamptz', { name: 'rotated_at' })
  rotatedAt: Date;

  @Column('timestamptz', { name: 'last_used_at' })
  lastUsedAt: Date;

  @Column('timestamptz', { name: 'authenticated_at' })
  authenticatedAt: Date;

  /** How the user authenticated (RFC 8176). */
  @Column('text', { array: true })
  methods: string[];

  @Column('timestamptz', { name: 'created_at' })
  createdAt: Date;

  /** When the session ends at the latest, where its sign-in said so. */
  @Column('timestamptz', { name: 'ends_at', nullable: true })
  endsAt: Date | null;

  @Column('timestamptz', { name: 'revoked_at', nullable: true })
  revokedAt: Date | null;

  /** The address of the last use, shown to the owner. */
  @Column('text', { name: 'ip_address', nullable: true })
  ipAddress: string | null;

  @Column('text', { name: 'user_agent', nullable: true })
  userAgent: string | null;
}
