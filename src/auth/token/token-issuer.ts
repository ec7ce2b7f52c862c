import { Injectable } from '@nestjs/common';
import { acrOf } from '../../access';
import { RolesService } from '../../roles';
import type { OpenSession } from '../../sessions';
import { AccessTokens, type AddedClaims } from '../../tokens';
import { TokenResponse } from '../auth.dto';

/** Issues the tokens of a session that was opened, rotated or renewed. */
@Injectable()
export class TokenIssuer {
  constructor(
    private readonly tokens: AccessTokens,
    private readonly roles: RolesService,
  ) {}

  /** @param added claims of modules, collected before the session changed */
  issue(session: OpenSession, added: AddedClaims): TokenResponse {
    const { roles } = this.roles.rightsOf({ roles: session.roles, acr: acrOf(session.methods) });
    return TokenResponse.of(session, this.tokens.sign({ ...session, roles }, added));
  }
}
