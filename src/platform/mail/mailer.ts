import { createHmac } from 'node:crypto';
import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { RateLimiter } from '../rate-limits';
import { Clock, DAY_MS } from '../clock';
import { Database } from '../database';
import { Keyring, KeyWrap } from '../keyring';
import { MailRenderer } from './mail-renderer';
import { MAIL_BY_ADDRESS, MAIL_TO_UNPROVEN } from './mail.rate-limits';
import { MailSettings } from './mail.settings';
import {
  type MailDraft,
  type MailNotice,
  type MailRecipient,
  type MailRequest,
  type MailResolver,
  MissingMailResolver,
} from './mail-request';
import type { MailFacts, MailRequestType, MailType } from './mail-type';
import type { AddressedMail } from './mail-delivery';
import { OutboxStore, type RecipientHashes, type WaitingMail } from './outbox.store';

/** A notice that could not be sent for longer is out of date. */
const NOTICE_MS = 3 * DAY_MS;
const REQUEST_MS = DAY_MS;
const AFTER_THE_RESPONSE_MS = 25;

/** How many requests for a mail of one kind may wait for their first attempt to one mailbox: more would exceed the limit anyway. */
const MOST_WAITING = MAIL_BY_ADDRESS.quota;

/** Rolls back what was written for a mail that exceeds the limit of its address. */
class MailLimitExceeded extends Error {}

type StoredContent = { readonly mail: AddressedMail } | { readonly request: MailRequest };

/**
 * Sends mails. Both ways write one encrypted row in the current transaction and wait for no mail server: a mail is sent if and only
 * if what it reports was committed.
 */
@Injectable()
export class Mailer implements OnModuleInit {
  private readonly logger = new Logger('Mail');
  private readonly resolvers = new Map<string, MailResolver>();
  private readonly unresolved = new Set<string>();
  private readonly listeners: (() => void)[] = [];
  private secret: Buffer;
  private keyWrap: KeyWrap;

  constructor(
    private readonly store: OutboxStore,
    private readonly database: Database,
    private readonly keyring: Keyring,
    private readonly clock: Clock,
    private readonly settings: MailSettings,
    private readonly limiter: RateLimiter,
    private readonly renderer: MailRenderer,
  ) {}

  async onModuleInit(): Promise<void> {
    this.secret = (await this.keyring.secretFor('links')).material;
    this.keyWrap = new KeyWrap(this.secret);
  }

  /**
   * Sends a mail to a user. A verified mailbox receives every mail. One that the account has not verified receives three an hour,
   * over all types and accounts; further mails are not sent.
   */
  async send<Facts extends MailFacts>(
    { email: to, emailVerified }: MailRecipient,
    type: MailType<Facts>,
    { isCounted = false, ...notice }: MailNotice<Facts>,
  ): Promise<void> {
    if (!emailVerified && !isCounted && !(await this.limiter.tryConsume(MAIL_TO_UNPROVEN, to))) return;
    const mail = this.render({ ...notice, type, to });
    const expiresAt = notice.token?.expiresAt ?? new Date(this.clock.nowMs() + NOTICE_MS);
    await this.add(type.kind, to, { mail }, expiresAt);
  }

  /**
   * Stores a request for a mail with one statement, the same whether or not the address has an account. A request that no module
   * resolves is dropped, with one warning for its type.
   */
  async request({ kind }: MailRequestType, request: MailRequest): Promise<void> {
    if (!this.resolvers.has(kind)) return this.warnOfUnresolved(kind);
    // A header can be as long as a request; the languages in it that there are texts in are a few letters.
    const stored = { ...request, language: this.renderer.availableLanguages(request.language) };
    const expiresAt = new Date(this.clock.nowMs() + REQUEST_MS);
    const most = request.isUnlimited ? null : MOST_WAITING;
    await this.add(kind, request.address, { request: stored }, expiresAt, most);
  }

  /**
   * Stores a request after the response, for callers whose response time must not depend on it. A request that fails, or that the
   * end of the process overtakes, is lost; the failure is logged.
   */
  requestInBackground(type: MailRequestType, request: MailRequest): void {
    const store = (): void => {
      this.request(type, request).catch((error: unknown) =>
        this.logger.warn({ kind: type.kind, error }, 'a mail request could not be stored'),
      );
    };
    this.database.runDetached(() => setTimeout(store, AFTER_THE_RESPONSE_MS));
  }

  /** To be called in a constructor, so that `resolves` is right from `onModuleInit` on. */
  registerResolver({ kind }: MailRequestType, resolver: MailResolver): void {
    this.resolvers.set(kind, resolver);
  }

  /** @returns whether a module sends what is requested by this type */
  resolves({ kind }: MailRequestType): boolean {
    return this.resolvers.has(kind);
  }

  /** Calls when there may be mails to send. */
  onAdded(listener: () => void): void {
    this.listeners.push(listener);
  }

  /**
   * @returns the mail to deliver for a row of the outbox; null where a request is answered with none. A resolved request is stored as a mail.
   * @throws MissingMailResolver
   */
  async prepare(waiting: WaitingMail): Promise<AddressedMail | null> {
    const content = this.decrypt(waiting);
    if ('mail' in content) return content.mail;
    try {
      return await this.resolve(waiting, content.request);
    } catch (error) {
      if (error instanceof MailLimitExceeded) return null;
      if (error instanceof MissingMailResolver) this.logger.error({ mail: waiting.id }, error.message);
      throw error;
    }
  }

  private async resolve(waiting: WaitingMail, request: MailRequest): Promise<AddressedMail | null> {
    const { kind } = waiting;
    return this.database.transaction(async () => {
      const resolver = this.resolvers.get(kind);
      if (!resolver) throw new MissingMailResolver(kind);
      const draft = await resolver(request);
      if (!draft) return null;
      // In the transaction, so that a mail that is refused or rolled back consumes nothing and leaves no valid link.
      if (!request.isUnlimited && !(await this.limiter.tryConsume(MAIL_BY_ADDRESS, kind, request.address)))
        throw new MailLimitExceeded();
      const mail = this.render(draft);
      const expiresAt = draft.token?.expiresAt ?? waiting.expiresAt;
      if (await this.store.rewrite(waiting, this.encrypt(waiting.id, { mail }), expiresAt)) return mail;
      throw new Error('another instance has taken over this mail');
    });
  }

  private warnOfUnresolved(kind: string): void {
    if (this.unresolved.has(kind)) return;
    this.unresolved.add(kind);
    this.logger.warn({ kind }, 'no module resolves mail requests of this type: none of them is sent');
  }

  private render({ type, to, token, ...content }: MailDraft): AddressedMail {
    const link = token && { url: this.settings.linkWith(token.token), until: token.expiresAt };
    return { kind: type.kind, to, ...this.renderer.render(type, { ...content, link }) };
  }

  private async add(
    kind: string,
    address: string,
    content: StoredContent,
    expiresAt: Date,
    most: number | null = null,
  ): Promise<void> {
    const id = this.clock.newId();
    const mail = { id, kind, sealed: this.encrypt(id, content), createdAt: this.clock.now(), expiresAt };
    await this.store.add({ ...mail, ...this.hashesOf(address) }, most);
    await this.database.afterCommit(async () => this.listeners.forEach((listener) => listener()));
  }

  /** Of the domain, the last two labels: an attacker who owns a domain has any number of subdomains. */
  private hashesOf(address: string): RecipientHashes {
    const domain = address.slice(address.lastIndexOf('@') + 1);
    return {
      mailbox: this.keyedHash('mailbox', address),
      domain: this.keyedHash('domain', domain.split('.').slice(-2).join('.')),
    };
  }

  private keyedHash(what: string, text: string): Buffer {
    return createHmac('sha256', this.secret)
      .update(JSON.stringify(['mails', what, text.toLowerCase()]))
      .digest()
      .subarray(0, 16);
  }

  private encrypt(id: string, content: StoredContent): Buffer {
    return this.keyWrap.wrap(Buffer.from(JSON.stringify(content)), `mail/${id}`);
  }

  private decrypt({ id, sealed }: WaitingMail): StoredContent {
    return JSON.parse(this.keyWrap.unwrap(sealed, `mail/${id}`).toString()) as StoredContent;
  }
}
