import { Module, type OnModuleInit } from '@nestjs/common';
import { PassportModule } from '@nestjs/passport';
import { AccessModule, JWT, registeredStrategy } from '../access';
import { PasswordsModule } from '../passwords';
import { ConfigModule } from '../platform/config';
import { DatabaseModule } from '../platform/database';
import { MailTextsModule } from '../platform/mail';
import { RolesModule } from '../roles';
import { SessionsModule } from '../sessions';
import { TokensModule } from '../tokens';
import { UsersModule } from '../users';
import { AuthController } from './auth.controller';
import { ADDRESS_TAKEN, NEW_SIGN_IN, REFRESH_TOKEN_REUSED } from './auth.mails';
import { StoredFactor } from './second-step/factor.entity';
import { FactorKinds } from './second-step/factor-kinds';
import { FactorLevel } from './second-step/factor-level';
import { FactorNotices } from './second-step/factor-notices';
import { FactorOwners } from './second-step/factor-owners';
import { FactorRecovery } from './second-step/factor-recovery';
import { FactorReset } from './second-step/factor-reset';
import { FactorVerifier } from './second-step/factor-verifier';
import { FactorsController } from './second-step/factors.controller';
import { FactorsData } from './second-step/factors.data';
import { FactorsDoctorCheck } from './second-step/factors.doctor';
import { Factors } from './second-step/factors.service';
import { CreateSecondStep1795400000700 } from './second-step/migrations/1795400000700-create-second-step';
import { PendingSignInStore } from './second-step/pending-sign-in.store';
import { PendingSignIns } from './second-step/pending-sign-ins';
import { SecondFactorPolicy } from './second-step/second-factor-policy';
import { SecondStepLimits } from './second-step/second-step-limits';
import {
  FACTOR_ADDED,
  FACTOR_REMOVED,
  FIRST_FACTOR_ADDED,
  FIRST_FACTOR_ADDED_WITHOUT_UNDO,
  SECOND_STEP_FAILED,
} from './second-step/second-step.mails';
import { SecondStepMetrics } from './second-step/second-step.metrics';
import { SecondStepService } from './second-step/second-step.service';
import { TokenPrincipals } from './token/token-principals';
import { AccessState } from './token/access-state';
import { AddedTokenClaims } from './token/access-token-claims';
import { PrincipalLoader } from './principal-loader';
import { ChangePasswordController } from './change-password.controller';
import { AccountDeletion } from './account-deletion';
import { DeviceTokens } from './login/device-tokens';
import { AccountRecovery } from './account-recovery';
import { AccountUndo } from './account-undo';
import { JwtStrategy } from './token/jwt.strategy';
import { LocalStrategy } from './login/local-auth';
import { LoginChecks } from './login/login-checks';
import { LoginLimits } from './login/login-limits';
import { OpenResponses } from './token/open-responses';
import { PasswordConfirmation } from './password-confirmation';
import { PolicyController } from './policy/policy.controller';
import { RegistrationSettings } from './registration/registration.settings';
import { RegistrationService } from './registration/registration.service';
import { SecurityNotices } from './login/security-notices';
import { SessionOpener } from './login/session-opener';
import { SignInService } from './login/sign-in.service';
import { LogoutService } from './token/logout.service';
import { ReauthenticationService } from './token/reauthentication.service';
import { TokenIssuer } from './token/token-issuer';
import { RefreshService } from './token/refresh.service';
import { SessionRevocationController } from './login/session-revocation.controller';

const MAILS = MailTextsModule.of({
  types: [
    ADDRESS_TAKEN,
    NEW_SIGN_IN,
    REFRESH_TOKEN_REUSED,
    FIRST_FACTOR_ADDED,
    FIRST_FACTOR_ADDED_WITHOUT_UNDO,
    FACTOR_ADDED,
    FACTOR_REMOVED,
    SECOND_STEP_FAILED,
  ],
});

const SETTINGS = ConfigModule.forFeature(RegistrationSettings);

const SECOND_STEP = [
  FactorKinds,
  FactorLevel,
  FactorNotices,
  FactorOwners,
  FactorRecovery,
  FactorReset,
  Factors,
  FactorsData,
  FactorsDoctorCheck,
  FactorVerifier,
  PendingSignIns,
  PendingSignInStore,
  SecondFactorPolicy,
  SecondStepLimits,
  SecondStepMetrics,
  SecondStepService,
];

@Module({
  imports: [
    MAILS,
    SETTINGS,
    PassportModule,
    AccessModule,
    UsersModule,
    RolesModule,
    PasswordsModule,
    TokensModule,
    SessionsModule,
    DatabaseModule.forFeature([StoredFactor], [CreateSecondStep1795400000700]),
  ],
  controllers: [
    FactorsController,
    AuthController,
    SessionRevocationController,
    PolicyController,
    ChangePasswordController,
  ],
  providers: [
    ...SECOND_STEP,
    TokenPrincipals,
    AccessState,
    AddedTokenClaims,
    PrincipalLoader,
    AccountDeletion,
    DeviceTokens,
    AccountRecovery,
    AccountUndo,
    LoginChecks,
    LoginLimits,
    OpenResponses,
    PasswordConfirmation,
    RegistrationService,
    SecurityNotices,
    SessionOpener,
    SignInService,
    TokenIssuer,
    LogoutService,
    ReauthenticationService,
    RefreshService,
    LocalStrategy,
    JwtStrategy,
  ],
  exports: [
    SETTINGS,
    AccessModule,
    FactorOwners,
    Factors,
    SecondStepService,
    LogoutService,
    ReauthenticationService,
    PrincipalLoader,
    AccountDeletion,
    DeviceTokens,
    AccountRecovery,
    AccountUndo,
    LoginLimits,
    PasswordConfirmation,
    SecurityNotices,
    SignInService,
  ],
})
export class AuthModule implements OnModuleInit {
  /** @throws Error where another module registered a strategy under a name of this module */
  onModuleInit(): void {
    for (const [name, strategy] of [
      [JWT, JwtStrategy],
      ['local', LocalStrategy],
    ] as const) {
      const registered = registeredStrategy(name)?.constructor;
      if (registered !== strategy)
        throw new Error(
          `${registered?.name} is registered with Passport as "${name}" instead of ${strategy.name}.\n  → give it a name of its own: PassportStrategy(Strategy, 'another-name')`,
        );
    }
  }
}
