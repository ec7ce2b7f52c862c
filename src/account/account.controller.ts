import { Body, Controller, Get, HttpCode, HttpStatus, Post } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentUser, type Principal, RequireRecentSignIn } from '../access';
import { InvalidCredentials, REAUTHENTICATION } from '../auth';
import { LimitedBy } from '../platform/attempts';
import { ValidationFailed } from '../platform/errors';
import { ApiProblems, Client, type ClientInfo, Conflict } from '../platform/http';
import { DeleteAccountRequest, ExportResponse } from './account.dto';
import { AccountService } from './account.service';

@ApiTags('account')
@Controller({ path: 'users/me', version: '1' })
export class AccountController {
  constructor(private readonly account: AccountService) {}

  @Get('export')
  @RequireRecentSignIn()
  @ApiOperation({ operationId: 'exportAccount', summary: 'Everything that is stored about the user' })
  @ApiOkResponse({ type: ExportResponse })
  async export(@CurrentUser() principal: Principal): Promise<ExportResponse> {
    return this.account.export(principal);
  }

  @Post('delete')
  @LimitedBy(REAUTHENTICATION)
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({
    operationId: 'deleteAccount',
    summary: 'Delete the account and all that belongs to it, for good',
  })
  @ApiNoContentResponse()
  @ApiProblems(InvalidCredentials, ValidationFailed, Conflict)
  async delete(
    @CurrentUser() principal: Principal,
    @Body() { password }: DeleteAccountRequest,
    @Client() client: ClientInfo,
  ): Promise<void> {
    await this.account.delete(principal, password, client);
  }
}
