import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The role with every permission, also of modules added later. It always exists and never changes. */
export const ADMIN = 'admin';

/** A named set of permissions. */
@Entity('roles')
export class Role {
  /** The key of pages; everything else uses the name. */
  @Column('uuid')
  id: string;

  @PrimaryColumn('text')
  name: string;

  @Column('text', { nullable: true })
  description: string | null;

  /** As stored; a permission that no module declares has no effect. */
  @Column('text', { array: true })
  permissions: string[];

  @Column('timestamptz', { name: 'created_at' })
  createdAt: Date;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt: Date;
}
