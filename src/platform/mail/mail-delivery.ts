import { extensionDecorator } from '../extensions';

/** A mail as it goes out. */
export interface AddressedMail {
  readonly kind: string;
  readonly to: string;
  readonly language: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** A mail on its way out. */
export interface OutgoingMail extends AddressedMail {
  /** The same however often it is tried, so that a service can tell a repeated mail (an idempotency key). */
  readonly id: string;
  /** `MAIL_FROM`. */
  readonly from: string;
  readonly writtenAt: Date;
}

/** Delivers mails by something else than SMTP. */
export interface MailDeliveryProvider {
  /**
   * Resolves once the mail is out of our hands. What it throws is logged without its words, and the mail is tried again, with
   * the same id, after longer and longer times; `MailRefused` gives it up.
   *
   * @param signal aborts after a minute, and when this process has to end: another instance may try the mail from then on
   */
  deliver(mail: OutgoingMail, signal: AbortSignal): Promise<void>;
}

/** Makes a provider, a `MailDeliveryProvider`, the way out for all mails where `SMTP_URL` says `module:`. */
export const MailDelivery = extensionDecorator<object | undefined>();

/** There is no such mailbox, for good: this mail is not tried again. */
export class MailRefused extends Error {}
