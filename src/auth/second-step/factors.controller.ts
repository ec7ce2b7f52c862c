import { Body, Controller, Delete, Get, HttpCode, HttpStatus, Param, Patch, Post } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentUser, type Principal, Public, RequireRecentSignIn } from '../../access';
import { ValidationFailed } from '../../platform/errors';
import { ApiProblems, Client, type ClientInfo, NotFound, UuidParam } from '../../platform/http';
import { InvalidOrExpiredToken } from '../../platform/one-time-tokens';
import { RateLimit } from '../../platform/rate-limits';
import { MAIL_LINK } from '../auth.rate-limits';
import { FactorRecovery } from './factor-recovery';
import { FactorListResponse, FactorResponse, RenameFactorRequest, UndoFactorsRequest } from './factors.dto';
import { Factors } from './factors.service';
import { SecondFactorPolicy } from './second-factor-policy';

@ApiTags('factors')
@Controller({ path: 'auth/factors', version: '1' })
export class FactorsController {
  constructor(
    private readonly factors: Factors,
    private readonly policy: SecondFactorPolicy,
    private readonly recovery: FactorRecovery,
  ) {}

  @Get()
  @ApiOperation({
    operationId: 'listFactors',
    summary: 'List own factors',
    description:
      'Returns the second factors of the signed-in user, oldest first, how many recovery codes are left, and whether a factor is mandatory. ' +
      'An account with a factor needs it at every sign-in.',
  })
  @ApiOkResponse({ type: FactorListResponse })
  async list(@CurrentUser() { userId }: Principal): Promise<FactorListResponse> {
    const [factors, members] = [await this.factors.list(userId), await this.factors.membersOf(userId)];
    const items = factors.map((factor) => FactorResponse.of(factor, members.get(factor.id)));
    const recoveryCodesLeft = await this.factors.recoveryCodesLeftOf(userId);
    return { items, recoveryCodesLeft, ...(await this.policy.rulesFor(userId)) };
  }

  @Patch(':id')
  @RequireRecentSignIn()
  @ApiOperation({
    operationId: 'renameFactor',
    summary: 'Rename a factor',
    description: 'Changes the name that the user sees in the list of factors. It has no other effect.',
  })
  @ApiOkResponse({ type: FactorResponse })
  @ApiProblems(NotFound, ValidationFailed)
  async rename(
    @CurrentUser() { userId }: Principal,
    @Param('id', UuidParam) id: string,
    @Body() { name }: RenameFactorRequest,
  ): Promise<FactorResponse> {
    const renamed = await this.factors.rename(userId, id, name);
    return FactorResponse.of(renamed, (await this.factors.membersOf(userId)).get(id));
  }

  @Delete(':id')
  @RequireRecentSignIn()
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({
    operationId: 'removeFactor',
    summary: 'Remove a factor',
    description:
      'Removes a factor of the signed-in user, ends the other sessions and notifies the user by mail. ' +
      'Without a factor left, a sign-in needs the password alone, and the recovery codes are void.',
  })
  @ApiNoContentResponse()
  @ApiProblems(NotFound)
  async remove(
    @CurrentUser() principal: Principal,
    @Param('id', UuidParam) id: string,
    @Client() client: ClientInfo,
  ): Promise<void> {
    await this.factors.remove(principal, id, client);
  }

  @Public()
  @Post('undo')
  @RateLimit(MAIL_LINK)
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({
    operationId: 'undoFactors',
    summary: 'Undo the first factor',
    description:
      'Recovers the account with the link in the notice of the first factor, within 7 days. ' +
      'It removes all factors and recovery codes, restores the address that got the notice, voids the password, ends every session and mails a reset link. ' +
      'It is for owners whose account got a factor from another person.',
  })
  @ApiNoContentResponse()
  @ApiProblems(InvalidOrExpiredToken, ValidationFailed)
  async undo(@Body() { token }: UndoFactorsRequest, @Client() client: ClientInfo): Promise<void> {
    await this.recovery.undo(token, client);
  }
}
