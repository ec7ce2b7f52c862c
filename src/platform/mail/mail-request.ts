import type { MailContent } from './mail-content';
import type { MailFacts, MailType, NoFacts } from './mail-type';

/** A mail before it is rendered, with its recipient. */
export interface MailDraft<Facts extends MailFacts = MailFacts> extends Omit<MailContent, 'link'> {
  readonly type: MailType<Facts>;
  /** The address as stored, never as a request spelled it. */
  readonly to: string;
  /** The token of its one link. */
  readonly token?: { readonly token: string; readonly expiresAt: Date } | undefined;
}

/** The user that a mail is sent to, as stored. */
export interface MailRecipient {
  readonly email: string;
  readonly emailVerified: boolean;
}

/** What a mail to a user is rendered from; its facts are required where its type has any. */
export type MailNotice<Facts extends MailFacts> = Omit<MailDraft, 'to' | 'type' | 'facts'> & {
  /** Whether the caller has consumed a rate limit of its own for this mail; it then consumes none of this module. */
  readonly isCounted?: boolean;
} & (Facts extends NoFacts ? { readonly facts?: undefined } : { readonly facts: Facts });

/** A request for a mail. Whether one is sent, and to which account, is decided after the response. */
export interface MailRequest {
  /** The mailbox that it is for, in its normal form. */
  readonly address: string;
  /** An `Accept-Language` header, as received. */
  readonly language: string | null;
  /** Whether it follows from a proof of the mailbox. It is then not rate limited, as an attacker could consume the limit before. */
  readonly isUnlimited?: boolean;
  /** What the resolver needs to know; stored encrypted. */
  readonly details?: MailFacts;
}

/** Decides what is sent for a request, in a transaction of its own; null: no mail. */
export type MailResolver = (request: MailRequest) => Promise<MailDraft | null>;

/** A stored request whose type has no resolver: the module that had one is gone, or this instance is of another release. */
export class MissingMailResolver extends Error {
  constructor(kind: string) {
    super(
      `No module resolves mail requests of the type "${kind}". Install the module that does, or delete the requests: DELETE FROM mails WHERE kind = '${kind}'.`,
    );
  }
}
