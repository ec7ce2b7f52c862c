import type { MailContent } from './mail-content';

/** A mail before it is written, and to whom it goes. */
export interface MailDraft extends Omit<MailContent, 'link'> {
  /** The address as stored, never as a request spelled it. */
  readonly to: string;
  /** The token of its one link. */
  readonly token?: { readonly token: string; readonly expiresAt: Date } | undefined;
}

/** Whom a mail is for: a user, as stored. */
export interface MailRecipient {
  readonly email: string;
  readonly emailVerified: boolean;
}

export interface MailNotice extends Omit<MailDraft, 'to'> {
  /** Whether the caller has counted it against a budget of its own; it then counts towards none here. */
  readonly isCounted?: boolean;
}

/** That somebody asked for a mail. Whether there is one, and for whom, is found out after they were answered. */
export interface MailRequest {
  readonly kind: string;
  /** The mailbox that it is for, in its normal form. */
  readonly address: string;
  /** An `Accept-Language` header, as it came. */
  readonly language: string | null;
  /** Whether it follows from a proof, so that no stranger may have used up what it needs. */
  readonly isUnlimited?: boolean;
  readonly details?: Readonly<Record<string, string>>;
}

/** Finds out what becomes of a wish, in a transaction of its own; null: nobody gets a mail. */
export type MailResolver = (wish: MailRequest) => Promise<MailDraft | null>;
