export { AccessTokenClaims, type AccessTokenClaimsProvider, type TokenOwner } from './access-token-claims';
export { MAIL_LINK, MAIL_REQUEST, PASSWORD_PROOF } from './auth.budgets';
export { AcceptedResponse } from './auth.dto';
export { InvalidCredentials } from './auth.errors';
export { AuthModule } from './auth.module';
export { Callers } from './callers';
export { setDeviceCookie } from './cookie-mode';
export { Departure } from './departure';
export { DeviceTokens } from './device-tokens';
export { AccessVoided, active, Handover } from './handover';
export {
  type LoginAttempt,
  LoginCheck,
  type LoginCheckProvider,
  problemsOfLoginChecks,
  type ProvenLogin,
} from './login-checks';
export { LoginLimits } from './login-limits';
export { PasswordProof } from './password-proof';
export { SecurityNotices } from './security-notices';
export { SET_COOKIE } from './token-docs';
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
