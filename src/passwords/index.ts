export { Passphrase } from './password';
export { PasswordSettings } from './password.settings';
export { PasswordsModule } from './passwords.module';
export { PasswordsService } from './passwords.service';
