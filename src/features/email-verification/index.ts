export { EmailVerificationModule } from './email-verification.module';
export { EmailVerificationFailed, EmailVerified } from './email-verification.events';
