import { Injectable } from '@nestjs/common';
import { KnownPermissions } from '../access';
import { Database, type Statement } from '../platform/database';
import {
  warningIf,
  DoctorCheck,
  type DoctorCheckProvider,
  type Finding,
  okFinding,
} from '../platform/doctor';
import { Administrators } from './administrators';
import { RolesService } from './roles.service';

const UNKNOWN_ROLES: Statement = {
  text: 'SELECT DISTINCT role FROM users, unnest(roles) AS role WHERE role NOT IN (SELECT name FROM roles) ORDER BY role LIMIT 20',
};

/** Checks that an administrator exists, and that stored roles and permissions are known. */
@Injectable()
@DoctorCheck({ topic: 'roles', after: 'migrations' })
export class RolesDoctorCheck implements DoctorCheckProvider {
  constructor(
    private readonly database: Database,
    private readonly administrators: Administrators,
    private readonly roles: RolesService,
    private readonly known: KnownPermissions,
  ) {}

  async check(): Promise<Finding[]> {
    const admins = await this.administrators.count();
    const roles = await this.roles.all();
    const unknown = await this.database.query<{ role: string }>(UNKNOWN_ROLES);
    return [
      okFinding(`roles: ${roles.length}, permissions: ${this.known.all().length}, active admins: ${admins}`),
      ...warningIf(
        admins === 0,
        'there is no active administrator',
        'create one: npm run cli -- admin:create --email you@example.com',
      ),
      ...roles.flatMap(({ name, permissions }) => {
        const strange = permissions.filter((permission) => !this.known.has(permission));
        return warningIf(
          strange.length > 0,
          `the role ${name} has permissions that no module declares: ${strange.join(', ')}`,
          'they have no effect: remove them, or restore the module that declares them',
        );
      }),
      ...warningIf(
        unknown.length > 0,
        `users have unknown roles: ${unknown.map(({ role }) => role).join(', ')}`,
        'they have no effect: remove them from the users, or create the roles',
      ),
    ];
  }
}
