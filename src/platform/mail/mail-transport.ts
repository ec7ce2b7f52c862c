import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { createTransport } from 'nodemailer';
import { withDeadline } from '../deadline';
import { Extensions } from '../extensions';
import { type AddressedMail, MailDelivery, type MailDeliveryProvider } from './mail-delivery';
import { MailSettings } from './mail.settings';

/** The lease of the outbox is longer than this. */
const DELIVERY_TIMEOUT_MS = 60_000;

/** How long a check waits for the greeting of a server. */
const GREETING_TIMEOUT_MS = 5_000;

/** Delivers mails to an SMTP server, by the provider of a module, or into files where there is neither, in development. */
@Injectable()
export class MailTransport implements OnModuleInit {
  private readonly logger = new Logger('Mail');
  private readonly abandoned = new AbortController();
  private readonly smtp;
  private readonly files = createTransport({ streamTransport: true, buffer: true, newline: 'windows' });

  private delivery: MailDeliveryProvider | undefined;

  constructor(
    private readonly settings: MailSettings,
    private readonly extensions: Extensions,
  ) {
    this.smtp =
      settings.smtpUrl === undefined ? undefined : createTransport(this.smtpOptions(settings.smtpUrl));
  }

  /** @throws Error where `SMTP_URL` is `module:` and not exactly one provider delivers mails */
  onModuleInit(): void {
    if (!this.settings.byModule) return;
    const found = this.extensions.of<MailDeliveryProvider, object>(MailDelivery);
    if (found.length !== 1)
      throw new Error(
        `SMTP_URL is "module:", and ${found.length} providers are @MailDelivery(): ${found.map(({ name }) => name).join(', ') || 'none'}.\n  → one of them, in a module of src/app.module.ts`,
      );
    this.delivery = found[0]?.provider;
  }

  /**
   * Resolves once the server or the provider has accepted the mail, and rejects after a minute in any case.
   * @param id the same in every attempt, so that a mailbox can recognise a repeated mail
   */
  async deliver(id: string, writtenAt: Date, mail: AddressedMail): Promise<void> {
    const { delivery } = this;
    const { from } = this.settings;
    const work = async (signal: AbortSignal) =>
      delivery
        ? delivery.deliver({ ...mail, id, from, writtenAt }, signal)
        : this.send(id, writtenAt, mail, signal);
    await withDeadline(DELIVERY_TIMEOUT_MS, work, this.abandoned.signal);
  }

  private async send(id: string, writtenAt: Date, mail: AddressedMail, signal: AbortSignal): Promise<void> {
    const { kind, language, text, html, ...addressed } = mail;
    // A server may not accept 8 bits; a file is read by a developer as it is.
    const encoding = this.smtp ? '7bit' : '8bit';
    const message = {
      ...addressed,
      text: part('text/plain', text, encoding),
      html: part('text/html', html, encoding),
      from: this.settings.from,
      messageId: `<${id}@${new URL(this.settings.accountUrl).hostname}>`,
      date: writtenAt,
      // RFC 3834: no automatic reply, such as an absence notice, is sent to this mail.
      headers: { 'Auto-Submitted': 'auto-generated', 'Content-Language': language },
      disableFileAccess: true,
      disableUrlAccess: true,
    };
    if (this.smtp) await this.smtp.sendMail({ ...message, signal });
    else await this.keep(`${writtenAt.toISOString().replaceAll(':', '-')}-${kind}-${id}.eml`, message);
  }

  /** @returns why the server accepts no connection or sign-in, without any part of the settings; undefined where it does */
  async problem(): Promise<string | undefined> {
    try {
      await withDeadline(GREETING_TIMEOUT_MS, async () => this.smtp?.verify());
      return undefined;
    } catch (error) {
      const { code, responseCode, message } = error as {
        code?: string;
        responseCode?: number;
        message: string;
      };
      return [code ?? message, responseCode].filter((word) => word !== undefined).join(' ');
    }
  }

  /** Aborts all deliveries, also later ones: a server that does not respond must not keep this process from ending. */
  abandon(): void {
    this.abandoned.abort();
  }

  private async keep(name: string, message: object): Promise<void> {
    const { message: bytes } = await this.files.sendMail(message);
    const { folder } = this.settings;
    // Their links give access to accounts, though only to those of a developer.
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const path = join(folder, name);
    await writeFile(`${path}.part`, bytes as Buffer, { mode: 0o600 });
    await rename(`${path}.part`, path);
    this.logger.log(`SMTP_URL is not set, so a mail was written to ${relative(process.cwd(), path)}`);
  }

  private smtpOptions(url: string): object {
    const patience = {
      dnsTimeout: 5_000,
      connectionTimeout: 10_000,
      greetingTimeout: 10_000,
      socketTimeout: 20_000,
    };
    const { requireTls: requireTLS, isLocal } = this.settings;
    return { url, requireTLS, ...(isLocal && { tls: { rejectUnauthorized: false } }), ...patience };
  }
}

/** ASCII is sent without an encoding, which would break a long link over two lines. */
function part(type: string, text: string, encoding: '7bit' | '8bit'): string | { raw: string } {
  if (encoding === '7bit' && Buffer.byteLength(text) !== text.length) return text;
  const head = `Content-Type: ${type}; charset=utf-8\r\nContent-Transfer-Encoding: ${encoding}`;
  return { raw: `${head}\r\n\r\n${text.replaceAll('\n', '\r\n')}` };
}
