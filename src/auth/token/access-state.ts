import { Injectable } from '@nestjs/common';
import { InvalidToken, TokenStale } from '../../access';
import type { DomainError } from '../../platform/errors';
import { RevokedSessions } from '../../sessions';
import type { AccessClaims } from '../../tokens';
import { AccessVersions } from '../../users';

/** Decides from memory whether a verified access token is revoked or stale. */
@Injectable()
export class AccessState {
  constructor(
    private readonly revoked: RevokedSessions,
    private readonly versions: AccessVersions,
  ) {}

  /** @returns the error for a token whose session is revoked or whose user has other roles now; otherwise undefined */
  refusalOf({ sid, sub, ver }: AccessClaims): DomainError | undefined {
    if (this.revoked.has(sid)) return new InvalidToken();
    if (this.versions.isStale(sub, ver)) return new TokenStale();
    return undefined;
  }
}
