export {
  AccessTokenClaims,
  type AccessTokenClaimsProvider,
  type TokenOwner,
} from './token/access-token-claims';
export { MAIL_LINK, MAIL_REQUEST, PASSWORD_PROOF } from './auth.rate-limits';
export { AcceptedResponse } from './auth.dto';
export { InvalidCredentials } from './auth.errors';
export { AuthModule } from './auth.module';
export { Callers } from './callers';
export { setDeviceCookie } from './token/cookie-mode';
export { Departure } from './departure';
export { DeviceTokens } from './login/device-tokens';
export { AccessVoided, active, Handover } from './handover';
export {
  type LoginAttempt,
  LoginCheck,
  type LoginCheckProvider,
  problemsOfLoginChecks,
  type ProvenLogin,
} from './login/login-checks';
export { LoginLimits } from './login/login-limits';
export { PasswordProof } from './password-proof';
export { SecurityNotices } from './login/security-notices';
export { SET_COOKIE } from './token/token-docs';
export {
  AccountDeleted,
  NoticedSessionEnded,
  PasswordProofFailed,
  Reauthenticated,
  RefreshRefused,
  RefreshTokenReused,
  Registered,
  RegistrationRepeated,
  SignInFailed,
  SignedIn,
  SignedOut,
} from './auth.events';
