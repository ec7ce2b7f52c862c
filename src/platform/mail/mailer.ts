import { createHmac } from 'node:crypto';
import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { RateLimiter } from '../rate-limits';
import { Clock } from '../clock';
import { Database } from '../database';
import { Keyring, KeyWrap } from '../keyring';
import { MailRenderer } from './mail-renderer';
import { MAIL_BY_ADDRESS, MAIL_TO_UNPROVEN } from './mail.rate-limits';
import { MailSettings } from './mail.settings';
import type { MailRecipient, MailResolver, MailNotice, MailDraft, MailRequest } from './mail-request';
import type { AddressedMail } from './mail-delivery';
import { OutboxStore, type RecipientHashes, type WaitingMail } from './outbox.store';

const DAY_MS = 86_400_000;
/** A notice that could not be sent for longer tells nobody anything. */
const NOTICE_MS = 3 * DAY_MS;
const WISH_MS = DAY_MS;
const AFTER_THE_ANSWER_MS = 25;

/** How many requests for a mail of one kind may wait for their first attempt to one mailbox: more would exceed the budget anyway. */
const MOST_WAITING = MAIL_BY_ADDRESS.quota;

/** Undoes what was made for a mail that its address gets too many of. */
class MailLimitExceeded extends Error {}

type Content = { readonly mail: AddressedMail } | { readonly wish: MailRequest };

/**
 * What the rooms send mails with. Both ways write one row, sealed, in the transaction that is under way, and wait for no
 * mail server: a mail goes out if and only if what it tells of was committed.
 */
@Injectable()
export class Mailer implements OnModuleInit {
  private readonly logger = new Logger('Mail');
  private readonly resolvers = new Map<string, MailResolver>();
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
   * Sends a mail to a user. A proven mailbox gets every mail. One that the account has not proven gets three an hour, over all kinds
   * and accounts; one more is not sent.
   */
  async send(
    { email: to, emailVerified }: MailRecipient,
    { isCounted = false, ...notice }: MailNotice,
  ): Promise<void> {
    if (!emailVerified && !isCounted && !(await this.limiter.tryConsume(MAIL_TO_UNPROVEN, to))) return;
    const post = { ...notice, to };
    const expiresAt = post.token?.expiresAt ?? new Date(this.clock.nowMs() + NOTICE_MS);
    await this.add(post.kind, post.to, { mail: this.render(post) }, expiresAt);
  }

  /** Notes that a mail was asked for: the same one statement whoever it was asked for, and whether or not they exist. */
  async request(wish: MailRequest): Promise<void> {
    // A header can be as long as a request; what it comes down to is a few letters.
    const kept = { ...wish, language: this.renderer.availableLanguages(wish.language) };
    const expiresAt = new Date(this.clock.nowMs() + WISH_MS);
    await this.add(
      wish.kind,
      wish.address,
      { wish: kept },
      expiresAt,
      wish.isUnlimited ? null : MOST_WAITING,
    );
  }

  /**
   * The same for whoever must not wait, lest the time it takes tells something: nothing of it is done before the answer is
   * out. One that fails, or that the end of the process overtakes, is lost; the failure is logged.
   */
  requestInBackground(wish: MailRequest): void {
    setTimeout(() => {
      this.request(wish).catch((error: unknown) =>
        this.logger.warn({ kind: wish.kind, error }, 'a mail was not noted'),
      );
    }, AFTER_THE_ANSWER_MS);
  }

  /** Says who finds out what becomes of wishes of a kind. */
  registerResolver(kind: string, granter: MailResolver): void {
    this.resolvers.set(kind, granter);
  }

  /** Calls when there may be mails to send. */
  onAdded(listener: () => void): void {
    this.listeners.push(listener);
  }

  /** What is to go out for a waiting mail; null where a wish came to nothing. A wish that was granted is a mail from then on. */
  async prepare(waiting: WaitingMail): Promise<AddressedMail | null> {
    const content = this.decrypt(waiting);
    if ('mail' in content) return content.mail;
    try {
      return await this.resolve(waiting, content.wish);
    } catch (error) {
      if (error instanceof MailLimitExceeded) return null;
      throw error;
    }
  }

  private async resolve(waiting: WaitingMail, wish: MailRequest): Promise<AddressedMail | null> {
    return this.database.transaction(async () => {
      const granter = this.resolvers.get(waiting.kind);
      if (!granter) throw new Error(`nobody here grants mails of the kind ${waiting.kind}`);
      const post = await granter(wish);
      if (!post) return null;
      // In here, so that what is refused or undone counts for nothing, and leaves no link behind.
      if (!wish.isUnlimited && !(await this.limiter.tryConsume(MAIL_BY_ADDRESS, wish.kind, wish.address)))
        throw new MailLimitExceeded();
      const mail = this.render(post);
      const expiresAt = post.token?.expiresAt ?? waiting.expiresAt;
      if (await this.store.rewrite(waiting, this.sealed(waiting.id, { mail }), expiresAt)) return mail;
      throw new Error('another instance has taken this mail over');
    });
  }

  private render({ to, token, ...letter }: MailDraft): AddressedMail {
    const link = token && { url: this.settings.linkWith(token.token), until: token.expiresAt };
    return { kind: letter.kind, to, ...this.renderer.render({ ...letter, link }) };
  }

  private async add(
    kind: string,
    address: string,
    content: Content,
    expiresAt: Date,
    most: number | null = null,
  ): Promise<void> {
    const id = this.clock.newId();
    const mail = { id, kind, sealed: this.sealed(id, content), createdAt: this.clock.now(), expiresAt };
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

  private sealed(id: string, content: Content): Buffer {
    return this.keyWrap.wrap(Buffer.from(JSON.stringify(content)), contextOf(id));
  }

  private decrypt({ id, sealed }: WaitingMail): Content {
    return JSON.parse(this.keyWrap.unwrap(sealed, contextOf(id)).toString()) as Content;
  }
}

function contextOf(id: string): string {
  return `mail/${id}`;
}
