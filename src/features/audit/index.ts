export { AuditChainWriter } from './audit-chain-writer';
export type { AuditEventResponse } from './audit.dto';
export { AuditExport } from './audit-export';
export type { AuditFinding } from './audit-finding';
export { AuditModule } from './audit.module';
export { type AuditReport, AuditVerification } from './audit-verification';
