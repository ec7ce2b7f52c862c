import { Module } from '@nestjs/common';
import { AuthModule } from '../../../auth';
import { ConfigModule } from '../../../platform/config';
import { DatabaseModule } from '../../../platform/database';
import { MailTextsModule } from '../../../platform/mail';
import { UsersModule } from '../../../users';
import { Assertions } from './assertions.service';
import { Ceremony } from './ceremony';
import { Challenges } from './challenges.service';
import { CounterNotices } from './counter-notices';
import { LonePasskeys } from './lone-passkeys.service';
import { CreatePasskeys1795400000730 } from './migrations/1795400000730-create-passkeys';
import { PasskeyEnrolment } from './passkey-enrolment.service';
import { PasskeyFactor } from './passkey.factor';
import { PasskeyOptions } from './passkey-options.service';
import { PasskeySignIn } from './passkey-sign-in.service';
import { PasskeySignInController } from './passkey-sign-in.controller';
import { PasskeyStore } from './passkey.store';
import { PasskeysController } from './passkeys.controller';
import { PasskeysData } from './passkeys.data';
import { PasskeysDoctorCheck } from './passkeys.doctor';
import { PASSKEY_COUNTER_FELL } from './passkeys.mails';
import { PasskeyPolicyMember } from './passkeys.policy';
import { PasskeySettings } from './passkeys.settings';
import { Registrations } from './registrations.service';
import { PasskeyDiscoveryController } from './passkey-discovery.controller';

@Module({
  imports: [
    AuthModule,
    UsersModule,
    ConfigModule.forFeature(PasskeySettings),
    DatabaseModule.forFeature([], [CreatePasskeys1795400000730]),
    MailTextsModule.of({ types: [PASSKEY_COUNTER_FELL] }),
  ],
  controllers: [PasskeysController, PasskeySignInController, PasskeyDiscoveryController],
  providers: [
    Assertions,
    Ceremony,
    Challenges,
    CounterNotices,
    LonePasskeys,
    PasskeyEnrolment,
    PasskeyFactor,
    PasskeyOptions,
    PasskeyPolicyMember,
    PasskeysData,
    PasskeysDoctorCheck,
    PasskeySignIn,
    PasskeyStore,
    Registrations,
  ],
})
export class PasskeysModule {}
