import { EventEmitter, once } from 'node:events';
import { Client } from 'pg';
import type { SMTPServerOptions } from 'smtp-server';
import { PASSWORD, startApp } from '../support/app';
import { createDatabase } from '../support/database';
import { eventually } from '../support/eventually';
import { overHttps, startProduction } from '../support/production';
import { SmtpSink } from '../support/smtp-sink';

async function withSink(options: SMTPServerOptions, test: (sink: SmtpSink) => Promise<void>): Promise<void> {
  const sink = await SmtpSink.start({ closeTimeout: 10, ...options });
  try {
    await test(sink);
  } finally {
    await sink.close();
  }
}

describe('a mail server that takes its time', () => {
  it('is listened to until it has taken the mail, also where the application is to stop', async () => {
    const [database, arrived] = [await createDatabase(), new EventEmitter()];
    const options: SMTPServerOptions = {
      onData: (stream, _, done) => {
        stream.resume().once('end', () => arrived.emit('mail', done));
      },
    };
    await withSink(options, async ({ url }) => {
      const app = await startApp({ env: { SMTP_URL: url, DATABASE_URL: database.url } });
      const mail = once(arrived, 'mail');
      await app.registers();
      const [done] = (await mail) as [() => void];
      const closing = app.close();
      await eventually(async () =>
        expect(app.api.get('/health/live')).rejects.toMatchObject({ code: 'ECONNREFUSED' }),
      );
      done();
      await closing;
    });
    const client = new Client(database.url);
    await client.connect();
    // What is left would be sent a second time.
    const { rows } = await client.query('SELECT id FROM mails');
    await client.end();
    await database.drop();
    expect(rows).toEqual([]);
  });
});

describe('a mail server in production', () => {
  async function trying(sink: SmtpSink, url: string) {
    const log: string[] = [];
    const app = await startProduction({ env: { SMTP_URL: url }, log });
    try {
      const json = { email: 'ada@example.com', password: PASSWORD };
      await overHttps(app).post('/v1/auth/register', { json });
      await app.mailsSent();
      return {
        sent: sink.mails.length,
        log: log.filter((line) => line.includes('could not be sent')).join(),
      };
    } finally {
      await app.close();
    }
  }

  /** This machine by a name that no setting knows it under. */
  const elsewhere = ({ port }: SmtpSink) => `smtp://[::ffff:127.0.0.1]:${port}`;

  it.each<[string, SMTPServerOptions, RegExp]>([
    ['offers no TLS', {}, /ETLS/],
    ['has a certificate of no authority', { disabledCommands: [] }, /ESOCKET|ETLS/],
  ])('gets nothing where it %s, but for one on this machine', async (_, options, code) => {
    await withSink(options, async (sink) => {
      expect(await trying(sink, elsewhere(sink))).toEqual({ sent: 0, log: expect.stringMatching(code) });
      expect(await trying(sink, sink.url)).toEqual({ sent: 1, log: '' });
    });
  });
});
