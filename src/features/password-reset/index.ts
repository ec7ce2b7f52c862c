export { PasswordResetModule } from './password-reset.module';
export { PasswordReset, PasswordResetRequested } from './password-reset.events';
