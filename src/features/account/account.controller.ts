import { Readable } from 'node:stream';
import { Body, Controller, Get, HttpCode, HttpStatus, Post, StreamableFile } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentUser, type Principal, RequireRecentSignIn } from '../../access';
import { InvalidCredentials, PASSWORD_PROOF } from '../../auth';
import { LimitedBy } from '../../platform/rate-limits';
import { ValidationFailed } from '../../platform/errors';
import { ApiProblems, Client, type ClientInfo, Conflict } from '../../platform/http';
import { EXPORT } from './account.rate-limits';
import { DeleteAccountRequest, ExportResponse } from './account.dto';
import { AccountService } from './account.service';

@ApiTags('account')
@Controller({ path: 'users/me', version: '1' })
export class AccountController {
  constructor(private readonly account: AccountService) {}

  @Get('export')
  @RequireRecentSignIn()
  @LimitedBy(EXPORT)
  @ApiOperation({ operationId: 'exportAccount', summary: 'Everything that is stored about the user' })
  @ApiOkResponse({ type: ExportResponse })
  async export(@CurrentUser() principal: Principal): Promise<StreamableFile> {
    const exported = await this.account.export(principal);
    const type = 'application/json; charset=utf-8';
    return typeof exported === 'string'
      ? new StreamableFile(Buffer.from(exported), { type })
      : new StreamableFile(Readable.from(exported, { objectMode: false }), { type });
  }

  @Post('delete')
  @LimitedBy(...PASSWORD_PROOF)
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
