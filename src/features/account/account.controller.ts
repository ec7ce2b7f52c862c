import { Readable } from 'node:stream';
import { Body, Controller, Get, HttpCode, HttpStatus, Post, StreamableFile } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import {
  CurrentUser,
  InsufficientUserAuthentication,
  type Principal,
  RequireRecentSignIn,
} from '../../access';
import { InvalidCredentials, PASSWORD_CONFIRMATION } from '../../auth';
import { ApiRateLimits } from '../../platform/rate-limits';
import { ValidationFailed } from '../../platform/errors';
import { ApiProblems, Client, type ClientInfo, Conflict } from '../../platform/http';
import { ACCOUNT_EXPORT } from './account.rate-limits';
import { DeleteAccountRequest, ExportResponse } from './account.dto';
import { AccountService } from './account.service';

@ApiTags('account')
@Controller({ path: 'users/me', version: '1' })
export class AccountController {
  constructor(private readonly account: AccountService) {}

  @Get('export')
  @RequireRecentSignIn()
  @ApiRateLimits(ACCOUNT_EXPORT)
  @ApiOperation({
    operationId: 'exportAccount',
    summary: 'Export own data',
    description:
      'Returns everything that is stored about the signed-in user as one JSON document. ' +
      'It requires a recent sign-in; after a 401 with the code `insufficient-user-authentication`, call `POST /v1/auth/reauthenticate` and repeat the request.',
  })
  @ApiOkResponse({ type: ExportResponse })
  async export(@CurrentUser() principal: Principal): Promise<StreamableFile> {
    const exported = await this.account.export(principal);
    const type = 'application/json; charset=utf-8';
    return typeof exported === 'string'
      ? new StreamableFile(Buffer.from(exported), { type })
      : new StreamableFile(Readable.from(exported, { objectMode: false }), { type });
  }

  @Post('delete')
  @ApiRateLimits(...PASSWORD_CONFIRMATION)
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({
    operationId: 'deleteAccount',
    summary: 'Delete own account',
    description:
      'Deletes the account of the signed-in user with its sessions and personal data, after verification of the password. ' +
      'The deletion cannot be undone; the audit trail keeps the id only. ' +
      'The last administrator cannot delete the account and receives 409.',
  })
  @ApiNoContentResponse()
  @ApiProblems(InvalidCredentials, InsufficientUserAuthentication, ValidationFailed, Conflict)
  async delete(
    @CurrentUser() principal: Principal,
    @Body() { password }: DeleteAccountRequest,
    @Client() client: ClientInfo,
  ): Promise<void> {
    await this.account.delete(principal, password, client);
  }
}
