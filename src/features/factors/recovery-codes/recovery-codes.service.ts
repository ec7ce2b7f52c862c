import { Injectable } from '@nestjs/common';
import type { Principal } from '../../../access';
import { FactorOwners } from '../../../auth';
import { Database } from '../../../platform/database';
import { Conflict } from '../../../platform/http';
import { RecoveryCodesFactor } from './recovery-codes.factor';

@Injectable()
export class RecoveryCodesService {
  constructor(
    private readonly codes: RecoveryCodesFactor,
    private readonly owners: FactorOwners,
    private readonly database: Database,
  ) {}

  /** Replaces the codes of a user. @throws Conflict where the user has no factor */
  async regenerate(principal: Principal): Promise<readonly string[]> {
    return this.database.transaction(async () => {
      const user = await this.owners.lock(principal);
      if (!user.hasFactor) throw new Conflict('Add a factor first: recovery codes replace a lost one.');
      return this.codes.issue(principal.userId);
    });
  }
}
