import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The role that has every permission, those of modules added tomorrow too. It is there from the start and never changes. */
export const ADMIN = 'admin';

/** A set of permissions under a name. */
@Entity('roles')
export class Role {
  /** What pages go by; everything else goes by the name. */
  @Column('uuid')
  id: string;

  @PrimaryColumn('text')
  name: string;

  @Column('text', { nullable: true })
  description: string | null;

  /** As stored: one that no module declares any more counts for nothing. */
  @Column('text', { array: true })
  permissions: string[];

  @Column('timestamptz', { name: 'created_at' })
  createdAt: Date;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt: Date;
}
