import { Body, Controller, HttpCode, HttpStatus, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentUser, type Principal, RequireRecentSignIn } from '../../../access';
import {
  CompletesSignIn,
  CookieModeQuery,
  CurrentSecondStep,
  type SecondStepCaller,
  type SecondStepResponse,
  SecondStepService,
} from '../../../auth';
import { ValidationFailed } from '../../../platform/errors';
import { ApiProblems, Conflict, EmptyRequest } from '../../../platform/http';
import { RateLimit } from '../../../platform/rate-limits';
import { RecoveryCodeRequest, RecoveryCodesResponse } from './recovery-codes.dto';
import { RECOVERY_CODE_KIND } from './recovery-codes.factor';
import { RECOVERY_CODE } from './recovery-codes.rate-limits';
import { RecoveryCodesService } from './recovery-codes.service';

@ApiTags('factors')
@Controller({ path: 'auth', version: '1' })
export class RecoveryCodesController {
  constructor(
    private readonly secondStep: SecondStepService,
    private readonly codes: RecoveryCodesService,
  ) {}

  @Post('mfa/recovery-code')
  @CompletesSignIn()
  @RateLimit(RECOVERY_CODE)
  @ApiOperation({
    operationId: 'completeWithRecoveryCode',
    summary: 'Complete a sign-in with a recovery code',
    description:
      'Opens the session of a sign-in that was answered with 401 `mfa-required`, where the user has lost the second factor. ' +
      'Each code is accepted once, and its use is mailed to the user. ' +
      'Next, the user should add another factor and get new codes.',
  })
  async complete(
    @Body() { mfaToken, code }: RecoveryCodeRequest,
    @Query() _: CookieModeQuery,
    @CurrentSecondStep() caller: SecondStepCaller,
  ): Promise<SecondStepResponse> {
    return this.secondStep.complete(RECOVERY_CODE_KIND, { mfaToken, proof: code }, caller);
  }

  @Post('factors/recovery-codes')
  @RequireRecentSignIn()
  @HttpCode(HttpStatus.OK)
  @ApiOperation({
    operationId: 'regenerateRecoveryCodes',
    summary: 'Get new recovery codes',
    description:
      'Returns ten new recovery codes, which are shown only here, and voids the former ones. ' +
      'The account needs a factor, since the codes replace a lost one.',
  })
  @ApiOkResponse({ type: RecoveryCodesResponse })
  @ApiProblems(Conflict, ValidationFailed)
  async regenerate(
    @Body() _: EmptyRequest,
    @CurrentUser() principal: Principal,
  ): Promise<RecoveryCodesResponse> {
    return { codes: await this.codes.regenerate(principal) };
  }
}
