import { Injectable } from '@nestjs/common';
import { Database, type Statement } from '../../platform/database';
import {
  DoctorCheck,
  type DoctorCheckProvider,
  type Finding,
  okFinding,
  warningIf,
} from '../../platform/doctor';
import { FactorKinds } from './factor-kinds';

const KINDS: Statement = {
  text: 'SELECT kind, count(*)::int AS count FROM factors GROUP BY kind ORDER BY kind',
};

/** Checks that every stored factor has a module that can verify it: its users cannot sign in otherwise. */
@Injectable()
@DoctorCheck({ topic: 'factors', after: 'migrations' })
export class FactorsDoctorCheck implements DoctorCheckProvider {
  constructor(
    private readonly database: Database,
    private readonly kinds: FactorKinds,
  ) {}

  async check(): Promise<Finding[]> {
    const stored = await this.database.query<{ kind: string; count: number }>(KINDS);
    const known = new Set(this.kinds.all().map(({ options }) => options.kind));
    const counts = stored.map(({ kind, count }) => `${kind} ${count}`).join(', ');
    return [
      okFinding(`second factors: ${counts || 'none'}`),
      ...stored.flatMap(({ kind, count }) =>
        warningIf(
          !known.has(kind),
          `${count} factors are of the kind ${kind}, which no module provides; a sign-in of their users still needs a second step`,
          'restore the module, or remove these factors',
        ),
      ),
    ];
  }
}
