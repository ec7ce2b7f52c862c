import { Module } from '@nestjs/common';
import { AccessModule, PermissionsModule } from '../../access';
import { CommandsModule } from '../../platform/commands';
import { DatabaseModule } from '../../platform/database';
import { StoredKeyringModule } from '../../platform/keyring';
import { addAuditCommands } from './audit.commands';
import { AuditController } from './audit.controller';
import { AuditData } from './audit.data';
import { AuditExport } from './audit-export';
import { AuditLog } from './audit-log';
import { AuditChainWriter } from './audit-chain-writer';
import { AuditMac } from './audit-mac';
import { AuditStore } from './audit.store';
import { AuditVerification } from './audit-verification';
import { ChainStore } from './chain.store';
import { CreateAudit1795400001000 } from './migrations/1795400001000-create-audit';
import { RowVerifier } from './row-verifier';

@Module({
  imports: [
    AccessModule,
    PermissionsModule.of({ 'audit:read': 'Read the audit trail' }),
    StoredKeyringModule,
    CommandsModule.forFeature(addAuditCommands),
    DatabaseModule.forFeature([], [CreateAudit1795400001000]),
  ],
  controllers: [AuditController],
  providers: [
    AuditStore,
    ChainStore,
    AuditMac,
    RowVerifier,
    AuditLog,
    AuditChainWriter,
    AuditVerification,
    AuditExport,
    AuditData,
  ],
})
export class AuditModule {}
