export type { AuditRecord } from './audit-event';
export { AuditExport, type AuditPeriod } from './audit-export';
export { AuditModule } from './audit.module';
export { AuditChainWriter } from './audit-chain-writer';
export { type AuditReport, AuditVerification } from './audit-verification';
export { InvalidCheckpoint } from './checkpoint';
export type { AuditFinding, AuditFindingKind } from './audit-finding';
export { parseInstant } from './instant';
