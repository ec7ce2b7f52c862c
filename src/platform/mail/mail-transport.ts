import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { createTransport } from 'nodemailer';
import { withDeadline } from '../deadline';
import { Extensions } from '../extensions';
import { type AddressedMail, MailDelivery, type MailDeliveryProvider } from './mail-delivery';
import { MailSettings } from './mail.settings';

/** No server needs longer for one mail; the lease of the outbox is longer than this. */
const DELIVERY_TIMEOUT_MS = 60_000;

/** How long a server is greeted in vain. */
const GREETING_TIMEOUT_MS = 5_000;

/** The way out: to an SMTP server, by a module's own delivery, or into files where there is neither, in development. */
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

  /** @throws Error where a module is to deliver mails, and none or more than one of them does */
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
   * Resolves once the mail is out of our hands, and rejects after a minute, whatever the server or the provider does.
   * @param id stays the same however often it is tried, so that a mailbox can tell a repeated mail
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
    // A server need not take 8 bits; a file is read as it is by whoever develops.
    const encoding = this.smtp ? '7bit' : '8bit';
    const message = {
      ...addressed,
      text: part('text/plain', text, encoding),
      html: part('text/html', html, encoding),
      from: this.settings.from,
      messageId: `<${id}@${new URL(this.settings.accountUrl).hostname}>`,
      date: writtenAt,
      // RFC 3834: nobody's absence is to be reported to this.
      headers: { 'Auto-Submitted': 'auto-generated', 'Content-Language': language },
      disableFileAccess: true,
      disableUrlAccess: true,
    };
    if (this.smtp) await this.smtp.sendMail({ ...message, signal });
    else await this.keep(`${writtenAt.toISOString().replaceAll(':', '-')}-${kind}-${id}.eml`, message);
  }

  /** Why the server would take no mail from us, in words that hold nothing of the settings; it is greeted, and sent nothing. */
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

  /** Gives up what is under way, and whatever comes: a silent server must not keep this process from ending. */
  abandon(): void {
    this.abandoned.abort();
  }

  private async keep(name: string, message: object): Promise<void> {
    const { message: bytes } = await this.files.sendMail(message);
    const { folder } = this.settings;
    // They hold what opens an account, if only a developer's.
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

/** ASCII goes out as it is, where an encoding would break a long link over two lines: one that is copied has to be whole. */
function part(type: string, text: string, encoding: '7bit' | '8bit'): string | { raw: string } {
  if (encoding === '7bit' && Buffer.byteLength(text) !== text.length) return text;
  const head = `Content-Type: ${type}; charset=utf-8\r\nContent-Transfer-Encoding: ${encoding}`;
  return { raw: `${head}\r\n\r\n${text.replaceAll('\n', '\r\n')}` };
}
