export { RecoveryCodesMade, RecoveryCodeUsed } from './recovery-codes.events';
export { RecoveryCodesModule } from './recovery-codes.module';
