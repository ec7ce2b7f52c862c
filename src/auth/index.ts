export {
  AccessTokenClaims,
  type AccessTokenClaimsProvider,
  type TokenOwner,
} from './token/access-token-claims';
export { MAIL_LINK, MAIL_REQUEST, PASSWORD_CONFIRMATION } from './auth.rate-limits';
export { AcceptedResponse, LoginResponse, TokenResponse } from './auth.dto';
export { InvalidCredentials, RegistrationClosed } from './auth.errors';
export {
  ADDRESS_RESTORED,
  ADDRESS_TAKEN,
  FACTORS_RESET,
  REGISTRATION_MAIL,
  REGISTRATION_NOT_KEPT,
} from './auth.mails';
export { AuthModule } from './auth.module';
export { RegistrationSettings } from './registration/registration.settings';
export { RequiresRegistration } from './registration/requires-registration';
export { PrincipalLoader } from './principal-loader';
export {
  CookieMode,
  type CookieTokens,
  DeviceCookie,
  RequestCookies,
  setDeviceCookie,
} from './token/cookie.interceptor';
export { LogoutService } from './token/logout.service';
export { ReauthenticationService } from './token/reauthentication.service';
export { AccountDeletion } from './account-deletion';
export { DeviceTokens } from './login/device-tokens';
export {
  CredentialsRevoked,
  requireActiveUser,
  AccountRecovery,
  SINCE_CREATION,
  suspectSince,
} from './account-recovery';
export { AccountUndo, type Undoing } from './account-undo';
export {
  type LoginAttempt,
  LoginCheck,
  type LoginCheckProvider,
  problemsOfLoginChecks,
  RunsLoginChecks,
  runsLoginChecks,
  type LoginContext,
} from './login/login-checks';
export { LoginLimits } from './login/login-limits';
export { PasswordConfirmation } from './password-confirmation';
export { OpensSession } from './login/opens-session';
export { PolicyMember, type PolicyMemberProvider } from './policy/policy-member';
export { SignInService, type SignInProof } from './login/sign-in.service';
export { SecurityNotices } from './login/security-notices';
export {
  Factor,
  type FactorLimits,
  type FactorOptions,
  type FactorProvider,
  type JudgedProof,
  Recovery,
  type RecoveryProvider,
  type Step,
} from './second-step/factor';
export { FactorName, MfaToken } from './second-step/factor-name';
export { AddedFactorResponse, FactorMember, FactorResponse } from './second-step/factors.dto';
export { FactorOwners } from './second-step/factor-owners';
export { FactorReset } from './second-step/factor-reset';
export { type AddedFactor, Factors, type NewFactor } from './second-step/factors.service';
export { InvalidFactor, InvalidMfaToken, MfaRequired } from './second-step/second-step.errors';
export {
  FactorAdded,
  FactorRemoved,
  FactorsReset,
  FactorsUndone,
  SecondFactorFailed,
  SecondFactorAsked,
} from './second-step.events';
export {
  BeginsSecondStep,
  CompletesSignIn,
  CurrentSecondStep,
  type SecondStepCaller,
} from './second-step/second-step-route';
export { SecondStepService } from './second-step/second-step.service';
export { LoginQuery as CookieModeQuery, SecondStepResponse } from './auth.dto';
export { ApiTokens, SET_COOKIE } from './token/token-docs';
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
