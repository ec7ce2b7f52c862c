import { Module } from '@nestjs/common';
import { AccessModule, PermissionsModule } from '../../access';
import { DatabaseModule } from '../../platform/database';
import { StoredKeyringModule } from '../../platform/keyring';
import { AuditController } from './audit.controller';
import { AuditData } from './audit.data';
import { AuditExport } from './audit-export';
import { AuditLog } from './audit-log';
import { AuditSealer } from './audit-sealer';
import { AuditSeals } from './audit-seals';
import { AuditStore } from './audit.store';
import { AuditVerification } from './audit-verification';
import { ChainStore } from './chain.store';
import { CreateAudit1795400001000 } from './migrations/1795400001000-create-audit';
import { RowJudge } from './row-judge';

@Module({
  imports: [
    AccessModule,
    PermissionsModule.of({ 'audit:read': 'Read the audit trail' }),
    StoredKeyringModule,
    DatabaseModule.forFeature([], [CreateAudit1795400001000]),
  ],
  controllers: [AuditController],
  providers: [
    AuditStore,
    ChainStore,
    AuditSeals,
    RowJudge,
    AuditLog,
    AuditSealer,
    AuditVerification,
    AuditExport,
    AuditData,
  ],
})
export class AuditModule {}
