export { TotpModule } from './totp.module';
