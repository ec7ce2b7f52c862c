export {
  AccessTokenClaims,
  type AccessTokenClaimsProvider,
  type TokenOwner,
} from './token/access-token-claims';
export { MAIL_LINK, MAIL_REQUEST, PASSWORD_CONFIRMATION } from './auth.rate-limits';
export { AcceptedResponse } from './auth.dto';
export { InvalidCredentials, RegistrationClosed } from './auth.errors';
export { ADDRESS_RESTORED, ADDRESS_TAKEN, REGISTRATION_MAIL, REGISTRATION_NOT_KEPT } from './auth.mails';
export { AuthModule } from './auth.module';
export { RegistrationSettings } from './registration/registration.settings';
export { RequiresRegistration } from './registration/requires-registration';
export { PrincipalLoader } from './principal-loader';
export { setDeviceCookie } from './token/cookie.interceptor';
export { AccountDeletion } from './account-deletion';
export { DeviceTokens } from './login/device-tokens';
export {
  CredentialsRevoked,
  requireActiveUser,
  AccountRecovery,
  SINCE_CREATION,
  suspectSince,
} from './account-recovery';
export {
  type LoginAttempt,
  LoginCheck,
  type LoginCheckProvider,
  problemsOfLoginChecks,
  type LoginContext,
} from './login/login-checks';
export { LoginLimits } from './login/login-limits';
export { PasswordConfirmation } from './password-confirmation';
export { SignInService, type SignInProof } from './login/sign-in.service';
export { SecurityNotices } from './login/security-notices';
export { SET_COOKIE } from './token/token-docs';
export {
  AccountDeleted,
  NoticedSessionRevoked,
  PasswordConfirmationFailed,
  Reauthenticated,
  RefreshRefused,
  RefreshTokenReused,
  Registered,
  RegistrationRepeated,
  SignInFailed,
  SignedIn,
  SignedOut,
} from './auth.events';
