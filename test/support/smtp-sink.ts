import type { AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { createTransport, type SendMailOptions } from 'nodemailer';
import PostalMime from 'postal-mime';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { SMTPConnection } from 'smtp-server/lib/smtp-connection';

// It would wait a tenth of a second for clients that talk too soon, before each mail.
const connection = SMTPConnection.prototype as unknown as {
  init(): void;
  connectionReady(): void;
  _setListeners(ready: () => void): void;
};
connection.init = function (): void {
  this._setListeners(() => this.connectionReady());
};

const composer = createTransport({ streamTransport: true, buffer: true, newline: 'windows' });

/** A mail as its reader gets it. */
export interface ReceivedMail {
  /** The envelope's. */
  readonly to: string[];
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly raw: string;
}

/** Which mail is waited for, and for how long. */
export interface Awaited {
  readonly withinMs?: number;
  readonly subject?: string;
}

/** A real SMTP server that keeps what it is sent. */
export class SmtpSink {
  readonly mails: ReceivedMail[] = [];
  /** What it says to a mail that it has read; null: that it is taken. */
  verdict: Error | null = null;
  private readonly server: SMTPServer;
  private readonly read = new Set<ReceivedMail>();

  private constructor(options: SMTPServerOptions) {
    this.server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      logger: false,
      disableReverseLookup: true,
      onData: (stream, session, done) => {
        // A client that goes away in the middle has sent no mail.
        void this.keep(stream, session.envelope.rcptTo)
          .catch(() => undefined)
          .finally(() => done(this.verdict));
      },
      ...options,
    });
    this.server.on('error', () => undefined);
  }

  /** @param options how it misbehaves, in the words of smtp-server */
  static async start(options: SMTPServerOptions = {}, port = 0): Promise<SmtpSink> {
    const sink = new SmtpSink(options);
    await new Promise<void>((resolve) => sink.server.listen(port, '127.0.0.1', () => resolve()));
    return sink;
  }

  get port(): number {
    return (this.server.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `smtp://127.0.0.1:${this.port}`;
  }

  /** Takes a mail as it would come over a connection, which costs more than the mail. */
  async take(mail: SendMailOptions): Promise<void> {
    const { message, envelope } = await composer.sendMail(mail);
    await this.add(message as Buffer, envelope.to);
  }

  /** Everything that came for an address. */
  for(address: string): ReceivedMail[] {
    return this.mails.filter(({ to }) => to.includes(address));
  }

  /** Whether a mail for an address is there that was not asked for before. */
  has(address: string, { subject }: Awaited = {}): boolean {
    return this.find(address, subject) !== undefined;
  }

  /**
   * The next mail for an address that was not asked for before; fails where none comes. Mails overtake each other, so
   * where there may be several kinds, the subject has to say which is meant; the others remain for later calls.
   */
  async next(address: string, { withinMs = 5_000, subject }: Awaited = {}): Promise<ReceivedMail> {
    const deadline = performance.now() + withinMs;
    for (;;) {
      const mail = this.find(address, subject);
      if (mail) {
        this.read.add(mail);
        return mail;
      }
      if (performance.now() > deadline) throw new Error(`no mail came for ${address}`);
      await sleep(5);
    }
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private find(address: string, subject: string | undefined): ReceivedMail | undefined {
    return this.for(address).find(
      (mail) => !this.read.has(mail) && (subject === undefined || mail.subject === subject),
    );
  }

  private async keep(stream: Readable, recipients: readonly { address: string }[]): Promise<void> {
    const to = recipients.map(({ address }) => address);
    await this.add(await buffer(stream), to);
  }

  private async add(bytes: Buffer, to: string[]): Promise<void> {
    const { subject = '', text = '', html = '', headers } = await PostalMime.parse(bytes);
    const byName = Object.fromEntries(headers.map(({ key, value }) => [key, value]));
    this.mails.push({ to, subject, text, html, headers: byName, raw: bytes.toString('latin1') });
  }
}

/** The token of the one link of a mail, which both its parts have and nothing else has. */
export function tokenIn({ text, html }: Pick<ReceivedMail, 'text' | 'html'>): string {
  const found = [text, html].map((part) => [...part.matchAll(/https?:\/\/[^\s"<]*#token=([\w-]+)/g)]);
  const tokens = found.flat().map(([, token]) => token);
  const [token] = tokens;
  if (token === undefined || tokens.length !== 2 || new Set(tokens).size !== 1)
    throw new Error(`a mail has the links ${JSON.stringify(tokens)}:\n${text}`);
  return token;
}
