import { Controller, Get, Injectable, Module } from '@nestjs/common';
import { ApiOkResponse } from '@nestjs/swagger';
import { CurrentUser, type Principal } from '../../src/access';
import { AccessTokenClaims, type AccessTokenClaimsProvider, type TokenOwner } from '../../src/auth';
import { UsersModule, UsersService } from '../../src/users';

/** Adds the tenant of the user to access tokens: the domain of the email address. */
@Injectable()
@AccessTokenClaims({ names: ['tenant'] })
export class TenantClaim implements AccessTokenClaimsProvider {
  constructor(private readonly users: UsersService) {}

  async claimsOf({ userId }: TokenOwner): Promise<{ tenant: string | undefined }> {
    const user = await this.users.findById(userId);
    return { tenant: user?.email.split('@').at(-1) };
  }
}

@Controller({ path: 'tenant', version: '1' })
class TenantController {
  @Get()
  @ApiOkResponse({ type: String })
  tenant(@CurrentUser() { claims }: Principal): string {
    return String(claims.tenant);
  }
}

@Module({ imports: [UsersModule], controllers: [TenantController], providers: [TenantClaim] })
export class TenantsModule {}
