import { Injectable } from '@nestjs/common';
import { InvalidToken, type Principal } from '../../../access';
import { Database } from '../../../platform/database';
import { Conflict } from '../../../platform/http';
import { SessionsService } from '../../../sessions';
import { UsersService } from '../../../users';
import { RecoveryCodesFactor } from './recovery-codes.factor';

@Injectable()
export class RecoveryCodesService {
  constructor(
    private readonly codes: RecoveryCodesFactor,
    private readonly users: UsersService,
    private readonly sessions: SessionsService,
    private readonly database: Database,
  ) {}

  /** Replaces the codes of a user. @throws Conflict where the user has no factor */
  async regenerate({ userId, sessionId }: Principal): Promise<readonly string[]> {
    return this.database.transaction(async () => {
      const user = await this.users.lock({ id: userId });
      if (user?.status !== 'active' || !(await this.sessions.isLive(sessionId))) throw new InvalidToken();
      if (!user.hasFactor) throw new Conflict('Add a factor first: recovery codes replace a lost one.');
      return this.codes.issue(userId);
    });
  }
}
