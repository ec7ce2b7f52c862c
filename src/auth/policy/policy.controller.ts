import { Controller, Get, Header } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { AccessSettings, Public } from '../../access';
import { PasswordPolicy } from '../../passwords';
import { RateLimitSettings } from '../../platform/rate-limits';
import { MAX_STALENESS_MS } from '../../platform/change-feed';
import { Extensions } from '../../platform/extensions';
import { ConditionalGet } from '../../platform/http';
import { SessionSettings } from '../../sessions';
import { RegistrationSettings } from '../registration/registration.settings';
import { SecondFactorPolicy } from '../second-step/second-factor-policy';
import { PolicyResponse } from './policy.dto';
import { type PolicyMemberOptions, type PolicyMemberProvider, RegisteredPolicyMember } from './policy-member';

/** The settings that front ends need before a user has signed in. */
@ApiTags('discovery')
@Public()
@Controller({ path: 'auth', version: '1' })
export class PolicyController {
  constructor(
    private readonly access: AccessSettings,
    private readonly sessions: SessionSettings,
    private readonly passwords: PasswordPolicy,
    private readonly rateLimits: RateLimitSettings,
    private readonly registration: RegistrationSettings,
    private readonly secondFactor: SecondFactorPolicy,
    private readonly extensions: Extensions,
  ) {}

  @Get('policy')
  @ConditionalGet()
  @Header('cache-control', 'public, max-age=300')
  @ApiOperation({
    operationId: 'getPolicy',
    summary: 'Get the authentication policy',
    description:
      'Returns the rules in force on this installation: password rules, token lifetimes, registration, email verification, second factors and rate limits. ' +
      'Front ends build their forms and messages from it. ' +
      'The response is public and cacheable.',
  })
  @ApiOkResponse({ type: PolicyResponse })
  policy(): PolicyResponse {
    const { idleMs, maxMs, graceMs } = this.sessions;
    return {
      ...this.members(),
      password: this.passwords.rules,
      lifetimes: {
        accessTokenSeconds: this.access.accessTokenSeconds,
        sessionIdleSeconds: idleMs / 1_000,
        sessionMaxSeconds: maxMs / 1_000,
        refreshGraceSeconds: graceMs / 1_000,
        recentSignInSeconds: this.access.recentSignInSeconds,
      },
      registration: this.registration.mode,
      emailVerificationRequired: this.access.requireVerifiedEmail,
      factors: ['pwd'],
      secondFactor: this.secondFactor.published,
      mailSignIn: false,
      limits: this.rateLimits.enabled ? this.rateLimits.policies : [],
      revocationSeconds: MAX_STALENESS_MS / 1_000,
    };
  }

  /** What features add. */
  private members(): object {
    const found = this.extensions.of<PolicyMemberProvider, PolicyMemberOptions>(RegisteredPolicyMember);
    return Object.fromEntries(found.map(({ options, provider }) => [options.name, provider.read()]));
  }
}
