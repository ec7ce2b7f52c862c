import { Controller, Get, Header } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { AccessSettings, Public } from '../access';
import { PasswordSettings } from '../passwords';
import { NEWS_BOUND_MS } from '../platform/feed';
import { Conditional } from '../platform/http';
import { SessionSettings } from '../sessions';
import { AuthSettings } from './auth.settings';
import { PolicyResponse } from './policy.dto';

/** What front ends need to know before anybody is signed in. */
@ApiTags('discovery')
@Public()
@Controller({ path: 'auth', version: '1' })
export class PolicyController {
  constructor(
    private readonly passwords: PasswordSettings,
    private readonly access: AccessSettings,
    private readonly sessions: SessionSettings,
    private readonly auth: AuthSettings,
  ) {}

  @Get('policy')
  @Conditional()
  @Header('cache-control', 'public, max-age=300')
  @ApiOperation({ operationId: 'getPolicy', summary: 'What is in force here; build forms from it' })
  @ApiOkResponse({ type: PolicyResponse })
  policy(): PolicyResponse {
    const { idleMs, maxMs, graceMs } = this.sessions;
    return {
      password: { minLength: this.passwords.minLength, maxLength: this.passwords.maxLength },
      lifetimes: {
        accessTokenSeconds: this.access.accessTokenSeconds,
        sessionIdleSeconds: idleMs / 1_000,
        sessionMaxSeconds: maxMs / 1_000,
        refreshGraceSeconds: graceMs / 1_000,
      },
      emailVerificationRequired: this.auth.requireVerifiedEmail,
      factors: ['pwd'],
      revocationSeconds: NEWS_BOUND_MS / 1_000,
    };
  }
}
