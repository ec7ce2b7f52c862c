export type { AuditRecord } from './audit-event';
export { AuditExport, type Period } from './audit-export';
export { AuditModule } from './audit.module';
export { AuditSealer } from './audit-sealer';
export { type AuditReport, AuditVerification } from './audit-verification';
export { NotACheckpoint } from './checkpoint';
export type { Finding, FindingKind } from './finding';
export { instantOf } from './instant';
