import { Module } from '@nestjs/common';
import { AuthModule } from '../../../auth';
import { DatabaseModule } from '../../../platform/database';
import { MailTextsModule } from '../../../platform/mail';
import { SessionsModule } from '../../../sessions';
import { UsersModule } from '../../../users';
import { CreateRecoveryCodes1795400000720 } from './migrations/1795400000720-create-recovery-codes';
import { RecoveryCodeStore } from './recovery-code.store';
import { RecoveryCodesController } from './recovery-codes.controller';
import { RecoveryCodesData } from './recovery-codes.data';
import { RecoveryCodesFactor } from './recovery-codes.factor';
import { RECOVERY_CODE_USED } from './recovery-codes.mails';
import { RecoveryCodesService } from './recovery-codes.service';

@Module({
  imports: [
    AuthModule,
    UsersModule,
    SessionsModule,
    DatabaseModule.forFeature([], [CreateRecoveryCodes1795400000720]),
    MailTextsModule.of({ types: [RECOVERY_CODE_USED] }),
  ],
  controllers: [RecoveryCodesController],
  providers: [RecoveryCodesData, RecoveryCodesFactor, RecoveryCodesService, RecoveryCodeStore],
})
export class RecoveryCodesModule {}
