import { Body, Controller, HttpCode, HttpStatus, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentUser, type Principal, RequireRecentSignIn } from '../../../access';
import {
  AddedFactorResponse,
  BeginsSecondStep,
  CompletesSignIn,
  CookieModeQuery,
  CurrentSecondStep,
  InvalidFactor,
  type SecondStepCaller,
  type SecondStepResponse,
  SecondStepService,
} from '../../../auth';
import { ValidationFailed } from '../../../platform/errors';
import {
  ApiProblems,
  Client,
  type ClientInfo,
  Conflict,
  EmptyRequest,
  NotFound,
} from '../../../platform/http';
import { RateLimit } from '../../../platform/rate-limits';
import { PasskeyEnrolment } from './passkey-enrolment.service';
import { CreationOptionsResponse, RequestOptionsResponse } from './passkey-options.dto';
import { PasskeyOptions } from './passkey-options.service';
import { PASSKEY_KIND } from './passkey.factor';
import { AddPasskeyRequest, PasskeyOptionsRequest, PasskeyStepRequest } from './passkeys.dto';
import { PASSKEY, PASSKEY_OPTIONS } from './passkeys.rate-limits';

@ApiTags('factors')
@Controller({ path: 'auth', version: '1' })
export class PasskeysController {
  constructor(
    private readonly secondStep: SecondStepService,
    private readonly enrolment: PasskeyEnrolment,
    private readonly options: PasskeyOptions,
  ) {}

  @Post('passkeys/options')
  @BeginsSecondStep()
  @RateLimit(PASSKEY_OPTIONS)
  @ApiOperation({
    operationId: 'beginPasskey',
    summary: 'Get options to use a passkey',
    description:
      'Returns the options for `navigator.credentials.get()`, as `PublicKeyCredential.parseRequestOptionsFromJSON()` takes them. ' +
      'With an mfaToken they name the passkeys of that user, and `POST /v1/auth/mfa/passkey` takes the result. ' +
      'Without one they are the same for everyone but for the challenge, and `POST /v1/auth/passkeys/login` takes the result.',
  })
  @ApiOkResponse({ type: RequestOptionsResponse })
  @ApiProblems(Conflict, NotFound)
  async begin(
    @Body() { mfaToken }: PasskeyOptionsRequest,
    @CurrentSecondStep() caller: SecondStepCaller,
  ): Promise<RequestOptionsResponse> {
    if (mfaToken === undefined || mfaToken === null) return this.options.forSignIn();
    return this.secondStep.begin(PASSKEY_KIND, mfaToken, caller);
  }

  @Post('mfa/passkey')
  @CompletesSignIn()
  @RateLimit(PASSKEY)
  @ApiOperation({
    operationId: 'completeWithPasskey',
    summary: 'Complete a sign-in with a passkey',
    description:
      'Opens the session of a sign-in that was answered with 401 `mfa-required`, with a signature for the options of `POST /v1/auth/passkeys/options`. ' +
      'Where the mfaToken came from a reauthentication, send the access token as well: it returns tokens of the same session. ' +
      'A signature is accepted once.',
  })
  async complete(
    @Body() { mfaToken, credential }: PasskeyStepRequest,
    @Query() _: CookieModeQuery,
    @CurrentSecondStep() caller: SecondStepCaller,
  ): Promise<SecondStepResponse> {
    return this.secondStep.complete(PASSKEY_KIND, { mfaToken, proof: credential }, caller);
  }

  @Post('factors/passkeys/options')
  @RequireRecentSignIn()
  @HttpCode(HttpStatus.OK)
  @ApiOperation({
    operationId: 'beginPasskeyRegistration',
    summary: 'Begin to add a passkey',
    description:
      'Returns the options for `navigator.credentials.create()`, as `PublicKeyCredential.parseCreationOptionsFromJSON()` takes them. ' +
      'Nothing changes until the result reaches `POST /v1/auth/factors/passkeys`.',
  })
  @ApiOkResponse({ type: CreationOptionsResponse })
  @ApiProblems(Conflict, ValidationFailed)
  async beginRegistration(
    @Body() _: EmptyRequest,
    @CurrentUser() principal: Principal,
  ): Promise<CreationOptionsResponse> {
    return this.enrolment.begin(principal);
  }

  @Post('factors/passkeys')
  @RequireRecentSignIn()
  @ApiOperation({
    operationId: 'addPasskey',
    summary: 'Add a passkey',
    description:
      'Adds the passkey that a browser has made for the options of this session. ' +
      'The first factor of an account ends the other sessions and returns recovery codes, which are shown only here. ' +
      'From then on every sign-in by password needs a second step, and the passkey alone signs in where the policy allows it.',
  })
  @ApiCreatedResponse({ type: AddedFactorResponse })
  @ApiProblems(InvalidFactor, Conflict, ValidationFailed)
  async register(
    @CurrentUser() principal: Principal,
    @Body() body: AddPasskeyRequest,
    @Client() client: ClientInfo,
  ): Promise<AddedFactorResponse> {
    return this.enrolment.confirm(principal, body, client);
  }
}
