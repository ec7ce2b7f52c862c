import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { Module } from '@nestjs/common';
import { ConfigModule } from '../../src/platform/config';
import { MailTransport } from '../../src/platform/mail';
import { MailSettings } from '../../src/platform/mail/mail.settings';
import { startApp, type TestApp } from '../../test/support/app';
import { startContext } from '../../test/support/context';
import { SmtpSink } from '../../test/support/smtp-sink';
import { MailServiceModule } from './mail-service';

interface Taken {
  readonly authorization: string | undefined;
  readonly id: string | undefined;
  readonly mail: Readonly<Record<string, string>>;
}

const MAIL = {
  kind: 'greeting',
  to: 'ada@example.com',
  language: 'en',
  subject: 'Good morning',
  text: 'Good morning.',
  html: '<p>Good morning.</p>',
};

/** The mail module without the application. */
@Module({ imports: [ConfigModule.forFeature(MailSettings)], providers: [MailTransport] })
class TransportModule {}

describe('mail delivery by a module', () => {
  let service: Server;
  let app: TestApp;
  let url: string;
  let status: number;
  const taken: Taken[] = [];

  beforeAll(async () => {
    service = createServer((request, response) => {
      void take(request).then(() => response.writeHead(status).end());
    });
    await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(service.address() as AddressInfo).port}/mails`;
    app = await startApp({
      modules: [MailServiceModule],
      env: { SMTP_URL: 'module:', MAIL_SERVICE_URL: url, MAIL_SERVICE_KEY: 'a key' },
    });
  });

  beforeEach(() => {
    status = 202;
    taken.length = 0;
  });

  afterAll(async () => {
    await app.close();
    service.close();
  });

  async function take(request: IncomingMessage): Promise<void> {
    const { authorization, 'idempotency-key': id } = request.headers;
    taken.push({ authorization, id: String(id), mail: (await json(request)) as Taken['mail'] });
  }

  const waiting = async () => app.query('SELECT attempts FROM mails');

  it('receives the complete mail', async () => {
    const { email } = await app.registers();
    await app.mailsSent();
    expect(taken).toEqual([
      {
        authorization: 'Bearer a key',
        id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
        mail: {
          from: expect.stringContaining('@') as string,
          to: email,
          subject: 'Confirm your address for Gatehouse',
          text: expect.stringMatching(/#token=ev_[\w-]+\n/) as string,
          html: expect.stringContaining('#token=ev_') as string,
        },
      },
    ]);
    expect(await waiting()).toEqual([]);
  });

  it('receives the same mail with the same id again until it accepts it', async () => {
    status = 500;
    await app.registers();
    await app.mailsSent();
    expect(await waiting()).toEqual([{ attempts: 1 }]);
    status = 202;
    app.clock.advance({ seconds: 11 });
    await app.mailsSent();
    expect(taken).toHaveLength(2);
    expect(taken[1]).toEqual(taken[0]);
    expect(await waiting()).toEqual([]);
  });

  it('does not receive a mail again that it rejected permanently', async () => {
    status = 422;
    await app.registers();
    await app.mailsSent();
    expect(taken).toHaveLength(1);
    expect(await waiting()).toEqual([]);
  });

  it('is used where SMTP_URL selects it', async () => {
    const sink = await SmtpSink.start();
    const env = { SMTP_URL: sink.url, MAIL_SERVICE_URL: url };
    const context = await startContext({ imports: [TransportModule, MailServiceModule], env });
    await context.get(MailTransport).deliver(randomUUID(), app.clock.now(), MAIL);
    expect((await sink.next(MAIL.to)).subject).toBe(MAIL.subject);
    expect(taken).toEqual([]);
    await context.close();
    await sink.close();
  });

  it('stops the start where no module provides it', async () => {
    const started = startContext({ imports: [TransportModule], env: { SMTP_URL: 'module:' } });
    await expect(started).rejects.toThrow(
      'SMTP_URL is "module:", and 0 providers are @MailDelivery(): none.\n  → one of them',
    );
  });
});
