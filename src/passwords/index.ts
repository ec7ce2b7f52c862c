export { Password } from './password';
export { type PasswordAlgorithm, PasswordHashing } from './password-algorithm';
export { PasswordPolicy } from './password-policy';
export { PasswordSettings } from './password.settings';
export { PasswordsModule } from './passwords.module';
export { PasswordsService } from './passwords.service';
export { problemOfForeignHash } from './stored-hash';
export { type AttemptedRegistration, RegistrationAttempts } from './registration-attempts';
