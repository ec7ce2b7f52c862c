export { Passphrase } from './password';
export { PasswordsModule } from './passwords.module';
export { PasswordsService } from './passwords.service';
