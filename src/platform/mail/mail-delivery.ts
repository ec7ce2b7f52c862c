import { extensionDecorator } from '../extensions';
import type { RenderedMail } from './mail-content';

/** A rendered mail with its recipient. */
export interface AddressedMail extends RenderedMail {
  readonly kind: string;
  readonly to: string;
}

/** A mail as a delivery provider receives it. */
export interface OutgoingMail extends AddressedMail {
  /** The same in every attempt, so that a service can recognise a repeated mail (an idempotency key). */
  readonly id: string;
  /** `MAIL_FROM`. */
  readonly from: string;
  readonly writtenAt: Date;
}

/** Delivers mails by another protocol than SMTP. */
export interface MailDeliveryProvider {
  /**
   * Resolves once the service has accepted the mail. An error is logged without its message, and the mail is delivered again with the
   * same id after increasing delays; `MailRefused` gives it up.
   *
   * @param signal aborts after a minute, and when this process has to end: another instance may deliver the mail from then on
   */
  deliver(mail: OutgoingMail, signal: AbortSignal): Promise<void>;
}

/** Makes a provider, a `MailDeliveryProvider`, deliver all mails where `SMTP_URL` is `module:`. */
export const MailDelivery = extensionDecorator<object | undefined>();

/** The mailbox does not exist: the mail is not delivered again. */
export class MailRefused extends Error {}
