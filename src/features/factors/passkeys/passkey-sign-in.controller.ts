import { Body, Controller, HttpCode, HttpStatus, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentUser, type Principal } from '../../../access';
import {
  ApiTokens,
  CookieMode,
  CookieModeQuery,
  type CookieTokens,
  DeviceCookie,
  InvalidFactor,
  type LoginResponse,
  LogoutService,
  OpensSession,
  RequestCookies,
  TokenResponse,
} from '../../../auth';
import { ValidationFailed } from '../../../platform/errors';
import { ApiProblems, Client, type ClientInfo, EmptyRequest } from '../../../platform/http';
import { RateLimit } from '../../../platform/rate-limits';
import { RequestOptionsResponse } from './passkey-options.dto';
import { PasskeyOptions } from './passkey-options.service';
import { PasskeySignIn } from './passkey-sign-in.service';
import { PasskeyLoginRequest, PasskeyRequest } from './passkeys.dto';
import { UnknownPasskey } from './passkeys.errors';
import { PASSKEY } from './passkeys.rate-limits';
import { RequiresPasskeySignIn } from './requires-passkey-sign-in';

@ApiTags('authentication')
@Controller({ path: 'auth', version: '1' })
export class PasskeySignInController {
  constructor(
    private readonly passkeys: PasskeySignIn,
    private readonly options: PasskeyOptions,
    private readonly logout: LogoutService,
  ) {}

  @Post('passkeys/login')
  @OpensSession()
  @RequiresPasskeySignIn()
  @RateLimit(PASSKEY)
  @ApiOperation({
    operationId: 'logInWithPasskey',
    summary: 'Sign in with a passkey',
    description:
      'Opens a session with a signature for the options that `POST /v1/auth/passkeys/options` returned without an mfaToken. ' +
      'No address is asked for: the passkey names the account, and has verified its user, so no second step follows. ' +
      'After a 401 `unknown-passkey` a page can call `PublicKeyCredential.signalUnknownCredential()`. ' +
      'After a password reset by mail a passkey has to be used once beside the new password before it signs in alone again.',
  })
  @ApiProblems(UnknownPasskey)
  async logIn(
    @Body() { credential, deviceToken }: PasskeyLoginRequest,
    @Query() _: CookieModeQuery,
    @DeviceCookie() deviceCookie: string | undefined,
    @RequestCookies() { accessToken, refreshToken }: CookieTokens,
    @Client() client: ClientInfo,
  ): Promise<LoginResponse> {
    const device = deviceToken ?? deviceCookie;
    const tokens = await this.passkeys.logIn({ credential, deviceToken: device }, client);
    // No client could sign out of the session whose cookies are replaced.
    await this.logout.logOut({ accessToken, refreshTokens: [refreshToken] });
    return tokens;
  }

  @Post('reauthenticate/passkey/options')
  @RequiresPasskeySignIn()
  @HttpCode(HttpStatus.OK)
  @ApiOperation({
    operationId: 'beginPasskeyReauthentication',
    summary: 'Get options to confirm with a passkey',
    description:
      'Returns the options for `navigator.credentials.get()` with the passkeys of the signed-in user. ' +
      '`POST /v1/auth/reauthenticate/passkey` takes the result.',
  })
  @ApiOkResponse({ type: RequestOptionsResponse })
  @ApiProblems(ValidationFailed)
  async beginReauthentication(
    @Body() _: EmptyRequest,
    @CurrentUser() { userId, sessionId }: Principal,
  ): Promise<RequestOptionsResponse> {
    return this.options.forUser(userId, { purpose: 'reauthentication', binding: sessionId });
  }

  @CookieMode('no-bearer')
  @Post('reauthenticate/passkey')
  @RequiresPasskeySignIn()
  @RateLimit(PASSKEY)
  @HttpCode(HttpStatus.OK)
  @ApiOperation({
    operationId: 'reauthenticateWithPasskey',
    summary: 'Confirm with a passkey',
    description:
      'Verifies a passkey of the signed-in user and returns tokens of the same session with a new `auth_time`. ' +
      'Call it after a 401 with the code `insufficient-user-authentication`, then repeat the request that was refused. ' +
      'It needs no password, and is refused where the passkey may not sign in alone.',
  })
  @ApiTokens(TokenResponse, 'TokenOutcome')
  @ApiProblems(InvalidFactor, ValidationFailed)
  async reauthenticate(
    @CurrentUser() principal: Principal,
    @Body() { credential }: PasskeyRequest,
    @Client() client: ClientInfo,
  ): Promise<TokenResponse> {
    return this.passkeys.reauthenticate(principal, credential, client);
  }
}
