export type { FramedMail, MailFrame } from './mail-content';
export { MailDelivery, type MailDeliveryProvider, MailRefused, type OutgoingMail } from './mail-delivery';
export type { MailTexts } from './mail-renderer';
export type { MailDraft, MailRecipient, MailRequest, MailResolver } from './mail-request';
export { MailTextsModule } from './mail-texts.module';
export { MailTransport } from './mail-transport';
export {
  type MailFacts,
  type MailRequestType,
  type MailText,
  mailType,
  type MailType,
  type NoFacts,
} from './mail-type';
export { MailModule } from './mail.module';
export { MailSettings } from './mail.settings';
export { Mailer } from './mailer';
export { Outbox } from './outbox';
