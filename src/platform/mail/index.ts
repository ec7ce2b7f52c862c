export { MailModule } from './mail.module';
export { MailSettings } from './mail.settings';
export { MailTransport } from './mail-transport';
export type { MailKind } from './texts/en';
export { type Granter, Mailer, type Post, type Wish } from './mailer';
export { Outbox } from './outbox';
