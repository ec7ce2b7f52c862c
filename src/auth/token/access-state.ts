import { Injectable } from '@nestjs/common';
import { InvalidToken, TokenStale } from '../../access';
import type { DomainError } from '../../platform/errors';
import { RevokedSessions } from '../../sessions';
import type { AccessClaims } from '../../tokens';
import { AccessVersions } from '../../users';

/** Whether a verified access token still counts, from memory. */
@Injectable()
export class AccessState {
  constructor(
    private readonly ended: RevokedSessions,
    private readonly versions: AccessVersions,
  ) {}

  /** @returns what the token is refused with where its session has ended or the roles of its user have changed; else undefined */
  refusalOf({ sid, sub, ver }: AccessClaims): DomainError | undefined {
    if (this.ended.has(sid)) return new InvalidToken();
    if (this.versions.isStale(sub, ver)) return new TokenStale();
    return undefined;
  }
}
