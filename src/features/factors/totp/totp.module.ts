import { Module } from '@nestjs/common';
import { AuthModule } from '../../../auth';
import { DatabaseModule } from '../../../platform/database';
import { UsersModule } from '../../../users';
import { CreateTotp1795400000710 } from './migrations/1795400000710-create-totp';
import { TotpController } from './totp.controller';
import { TotpData } from './totp.data';
import { TotpEnrolment } from './totp-enrolment.service';
import { TotpFactor } from './totp.factor';
import { TotpSecretStore } from './totp-secret.store';

@Module({
  imports: [AuthModule, UsersModule, DatabaseModule.forFeature([], [CreateTotp1795400000710])],
  controllers: [TotpController],
  providers: [TotpData, TotpEnrolment, TotpFactor, TotpSecretStore],
})
export class TotpModule {}
