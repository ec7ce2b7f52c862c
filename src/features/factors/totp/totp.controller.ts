import { Body, Controller, HttpCode, HttpStatus, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentUser, type Principal, RequireRecentSignIn } from '../../../access';
import {
  AddedFactorResponse,
  CompletesSignIn,
  CookieModeQuery,
  CurrentSecondStep,
  InvalidFactor,
  type SecondStepCaller,
  type SecondStepResponse,
  SecondStepService,
} from '../../../auth';
import { ValidationFailed } from '../../../platform/errors';
import { ApiProblems, Client, type ClientInfo, Conflict, EmptyRequest } from '../../../platform/http';
import { InvalidOrExpiredToken } from '../../../platform/one-time-tokens';
import { ApiRateLimits, RateLimit } from '../../../platform/rate-limits';
import { TotpEnrolment } from './totp-enrolment.service';
import { ConfirmTotpRequest, TotpEnrolmentResponse, TotpRequest } from './totp.dto';
import { TOTP_KIND } from './totp.factor';
import { TOTP, TOTP_BY_SESSION, TOTP_BY_SOURCE } from './totp.rate-limits';

@ApiTags('factors')
@Controller({ path: 'auth', version: '1' })
export class TotpController {
  constructor(
    private readonly secondStep: SecondStepService,
    private readonly enrolment: TotpEnrolment,
  ) {}

  @Post('mfa/totp')
  @CompletesSignIn()
  @RateLimit(TOTP_BY_SOURCE)
  @ApiRateLimits(...TOTP)
  @ApiOperation({
    operationId: 'completeWithTotp',
    summary: 'Complete a sign-in with an app code',
    description:
      'Opens the session of a sign-in that was answered with 401 `mfa-required`, with the current code of the authenticator app. ' +
      'Where the mfaToken came from a reauthentication, send the access token as well: it returns tokens of the same session. ' +
      'A code is accepted once.',
  })
  async complete(
    @Body() { mfaToken, code }: TotpRequest,
    @Query() _: CookieModeQuery,
    @CurrentSecondStep() caller: SecondStepCaller,
  ): Promise<SecondStepResponse> {
    return this.secondStep.complete(TOTP_KIND, { mfaToken, proof: code }, caller);
  }

  @Post('factors/totp')
  @RequireRecentSignIn()
  @HttpCode(HttpStatus.OK)
  @ApiOperation({
    operationId: 'beginTotp',
    summary: 'Begin to add an authenticator app',
    description:
      'Returns a new secret for an authenticator app, as text and as the URI of a QR code. ' +
      'Nothing is stored and nothing changes until the first code reaches `POST /v1/auth/factors/totp/confirm`.',
  })
  @ApiOkResponse({ type: TotpEnrolmentResponse })
  @ApiProblems(Conflict, ValidationFailed)
  async begin(@Body() _: EmptyRequest, @CurrentUser() principal: Principal): Promise<TotpEnrolmentResponse> {
    return this.enrolment.begin(principal);
  }

  @Post('factors/totp/confirm')
  @RequireRecentSignIn()
  @ApiRateLimits(TOTP_BY_SESSION)
  @ApiOperation({
    operationId: 'confirmTotp',
    summary: 'Add an authenticator app',
    description:
      'Adds the authenticator app after its first code has proved that it has the secret. ' +
      'The first factor of an account ends the other sessions and returns recovery codes, which are shown only here. ' +
      'From then on every sign-in needs a second step.',
  })
  @ApiCreatedResponse({ type: AddedFactorResponse })
  @ApiProblems(InvalidFactor, InvalidOrExpiredToken, Conflict, ValidationFailed)
  async confirm(
    @CurrentUser() principal: Principal,
    @Body() body: ConfirmTotpRequest,
    @Client() client: ClientInfo,
  ): Promise<AddedFactorResponse> {
    return AddedFactorResponse.of(await this.enrolment.confirm(principal, body, client));
  }
}
