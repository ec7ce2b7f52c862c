export { AccountModule } from './account.module';
export {
  AccountExported,
  EmailChangeRequested,
  EmailChangeUndone,
  EmailChanged,
  PasswordChanged,
} from './account.events';
