import { Global, Module } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { CommandsModule } from '../commands';
import { ConfigModule } from '../config';
import { DatabaseModule } from '../database';
import { MailRenderer } from './mail-renderer';
import { declaredMails } from './mail-texts.module';
import { MailDoctorCheck, OutboxDoctorCheck } from './mail.doctor';
import { MailSettings } from './mail.settings';
import { MailTransport } from './mail-transport';
import { Mailer } from './mailer';
import { addMailCommands } from './mails.commands';
import { CreateMails1795200000000 } from './migrations/1795200000000-create-mails';
import { Outbox } from './outbox';
import { OutboxStore } from './outbox.store';

@Global()
@Module({
  imports: [
    ConfigModule.forFeature(MailSettings),
    DatabaseModule.forFeature([], [CreateMails1795200000000]),
    CommandsModule.forFeature(addMailCommands),
  ],
  providers: [
    {
      provide: MailRenderer,
      inject: [MailSettings, ModulesContainer],
      useFactory: (settings: MailSettings, modules: ModulesContainer) =>
        new MailRenderer(settings, declaredMails(modules)),
    },
    OutboxStore,
    Mailer,
    MailTransport,
    Outbox,
    MailDoctorCheck,
    OutboxDoctorCheck,
  ],
  exports: [ConfigModule, MailRenderer, Mailer],
})
export class MailModule {}
