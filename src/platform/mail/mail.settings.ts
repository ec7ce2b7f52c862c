import { resolve } from 'node:path';
import type { Environment } from '../config';
import { DatabaseSettings } from '../database';
import { HttpSettings } from '../http';

const LOOPBACK = new Set(['127.0.0.1', '[::1]', 'localhost']);
const BY_MODULE = 'module:';

const ADDRESS = String.raw`[^\s\p{Cc}()<>@,;:"\\]+@[^\s\p{Cc}()<>@,;:"\\]+`;
// What separates addresses stands in a name only where that is quoted (RFC 5322, section 3.4).
const DISPLAY_NAME = String.raw`(?:[^\p{Cc}()<>@,;:"\\]*|"[^\p{Cc}"\\]*" ?)`;
/** One address, with a name or without. */
const SENDER = new RegExp(`^(?:${ADDRESS}|${DISPLAY_NAME}<${ADDRESS}>)$`, 'u');

/** The delivery of mails, and the target of their links. */
export class MailSettings {
  /** Undefined: a module delivers mails, or they are written to files, in development. */
  readonly smtpUrl: string | undefined;
  /** Whether a module delivers mails (`@MailDelivery()`). */
  readonly byModule: boolean;
  /** Whether a server without TLS receives no mail: the links give access to accounts. */
  readonly requireTls: boolean;
  /** Whether the server is on this machine, where its certificate is not verified. */
  readonly isLocal: boolean;
  readonly from: string;
  /** The folder of mails that are written to files. */
  readonly folder: string;
  /** The page for the user's own account: the target of links, whatever host a request names. */
  readonly accountUrl: string;
  readonly appName: string;

  constructor(environment: Environment) {
    const { production } = environment;
    const { publicUrl, appName } = environment.get(HttpSettings);
    const smtp = environment.url('SMTP_URL', ['smtp:', 'smtps:', BY_MODULE]);
    this.byModule = smtp?.protocol === BY_MODULE;
    this.smtpUrl = this.byModule ? undefined : smtp?.href;
    this.isLocal = smtp !== undefined && LOOPBACK.has(smtp.hostname);
    this.requireTls = production && smtp?.protocol === 'smtp:' && !this.isLocal;
    if (production && !environment.string('SMTP_URL'))
      environment.addFault(
        'SMTP_URL',
        'is not set',
        'use smtps://user:password@host:465, or smtp:// with port 587',
      );
    this.from = this.readFrom(environment);
    this.folder = resolve(environment.get(DatabaseSettings).dataDir, 'outbox');
    this.accountUrl = this.readAccountUrl(environment) ?? `${publicUrl}/account`;
    this.appName = appName;
  }

  /** @param token put in the fragment, which a browser sends neither to a server nor in a Referer */
  linkWith(token: string): string {
    return `${this.accountUrl}#token=${token}`;
  }

  private readFrom(environment: Environment): string {
    const from = environment.string('MAIL_FROM');
    if (environment.production && !from)
      environment.addFault(
        'MAIL_FROM',
        'is not set',
        'use the address mails come from, as Acme <no-reply@example.com>',
      );
    if (from && !SENDER.test(from))
      environment.addFault(
        'MAIL_FROM',
        'is not one e-mail address',
        'use one, as no-reply@example.com, Acme <no-reply@example.com> or "Acme, Inc." <no-reply@example.com>',
      );
    return from ?? 'no-reply@localhost';
  }

  private readAccountUrl(environment: Environment): string | undefined {
    const url = environment.webUrl('ACCOUNT_URL');
    if (url?.hash)
      environment.addFault('ACCOUNT_URL', 'has a fragment', 'leave the part from # on out: tokens go there');
    return url?.href;
  }
}
