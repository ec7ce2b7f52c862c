import { EventEmitter, once } from 'node:events';
import { Client } from 'pg';
import type { SMTPServerOptions } from 'smtp-server';
import { PASSWORD, startApp, type TestApp, withApp } from './support/app';
import { createDatabase } from './support/database';
import { FickleServer } from './support/fickle-server';
import { freePort } from './support/process';
import { overHttps, startProduction } from './support/production';
import { SmtpSink } from './support/smtp-sink';

const failures = (log: readonly string[]) => log.filter((line) => line.includes('could not be sent'));

/** This machine by a name that no setting knows it under. */
const elsewhere = ({ port }: SmtpSink) => `smtp://[::ffff:127.0.0.1]:${port}`;

async function withSink(options: SMTPServerOptions, test: (sink: SmtpSink) => Promise<void>): Promise<void> {
  const sink = await SmtpSink.start({ closeTimeout: 10, ...options });
  try {
    await test(sink);
  } finally {
    await sink.close();
  }
}

describe('a mail server', () => {
  it('that is not there yet gets what waits for it once it is', async () => {
    const port = await freePort();
    await withApp({ env: { SMTP_URL: `smtp://127.0.0.1:${port}` } }, async (app) => {
      const { email } = await app.registers();
      await app.mailsSent();
      const sink = await SmtpSink.start({}, port);
      app.clock.advance({ seconds: 10 });
      await app.mailsSent();
      expect(sink.for(email)).toHaveLength(1);
      await sink.close();
    });
  });

  it('is told the user and the password of SMTP_URL, whatever signs are in them', async () => {
    const logins: unknown[][] = [];
    const options: SMTPServerOptions = {
      authOptional: false,
      allowInsecureAuth: true,
      onAuth: ({ username, password }, _, done) => {
        logins.push([username, password]);
        done(null, { user: 'somebody' });
      },
    };
    await withSink(options, async (sink) => {
      const SMTP_URL = `smtp://no-reply%40example.test:p%40ss%2Fw%3Ard%25%C3%A4@127.0.0.1:${sink.port}`;
      await withApp({ env: { SMTP_URL } }, async (app) => {
        const { email } = await app.registers();
        await app.mailsSent();
        expect(sink.for(email)).toHaveLength(1);
      });
    });
    expect(logins).toEqual([['no-reply@example.test', 'p@ss/w:rd%ä']]);
  });

  it('that refuses that password gets the mail later, and no line of the log shows it', async () => {
    const log: string[] = [];
    const options: SMTPServerOptions = {
      authOptional: false,
      allowInsecureAuth: true,
      onAuth: ({ password }, _, done) => done(new Error(`${password} is wrong`)),
    };
    await withSink(options, async (sink) => {
      const SMTP_URL = `smtp://user:password-of-the-server@127.0.0.1:${sink.port}`;
      await withApp({ env: { SMTP_URL, LOG_LEVEL: 'trace' }, log }, async (app) => {
        await app.registers();
        await app.mailsSent();
        expect(await app.query('SELECT attempts FROM mails')).toEqual([{ attempts: 1 }]);
      });
      expect(sink.mails).toEqual([]);
    });
    expect(failures(log).join()).toContain('EAUTH');
    expect(log.join()).not.toContain('password-of-the-server');
  });
});

describe('a mail server that takes its time', () => {
  it('is listened to until it has taken the mail, also where the application is to stop', async () => {
    const [database, arrived] = [await createDatabase(), new EventEmitter()];
    const options: SMTPServerOptions = {
      onData: (stream, _, done) => {
        stream.resume().once('end', () => {
          arrived.emit('mail');
          setTimeout(done, 300);
        });
      },
    };
    await withSink(options, async ({ url }) => {
      const app = await startApp({ env: { SMTP_URL: url, DATABASE_URL: database.url } });
      const mail = once(arrived, 'mail');
      await app.registers();
      await mail;
      await app.close();
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
  const trying = async (sink: SmtpSink, url: string) => {
    const log: string[] = [];
    const app = await startProduction({ env: { SMTP_URL: url }, log });
    try {
      await overHttps(app).post('/v1/auth/register', {
        json: { email: 'ada@example.com', password: PASSWORD },
      });
      await app.mailsSent();
      return { sent: sink.mails.length, log: failures(log).join() };
    } finally {
      await app.close();
    }
  };

  it('gets nothing where it offers no TLS', async () => {
    const heard: string[] = [];
    const options = { onMailFrom: ({ address }: { address: string }) => void heard.push(address) };
    await withSink(options, async (sink) => {
      expect(await trying(sink, elsewhere(sink))).toMatchObject({
        sent: 0,
        log: expect.stringMatching(/ETLS/),
      });
      expect(heard).toEqual([]);
    });
  });

  it('gets nothing where nobody vouches for its certificate', async () => {
    await withSink({ disabledCommands: [] }, async (sink) => {
      const { sent, log } = await trying(sink, elsewhere(sink));
      expect(sent).toBe(0);
      expect(log).toMatch(/ESOCKET|ETLS/);
    });
  });

  it('needs no TLS on this machine', async () => {
    await withSink({}, async (sink) => expect((await trying(sink, sink.url)).sent).toBe(1));
  });

  // As Debian sets Postfix up: it offers TLS with a certificate that it made itself.
  it('needs no certificate that somebody vouches for on this machine', async () => {
    await withSink({ disabledCommands: [] }, async (sink) =>
      expect((await trying(sink, sink.url)).sent).toBe(1),
    );
  });
});

describe('a mail server that accepts connections and says nothing', () => {
  const REQUESTS = 15;
  let server: FickleServer;
  let waiting: TestApp;
  let usual: TestApp;

  beforeAll(async () => {
    server = await FickleServer.start();
    server.trouble = { step: 'connection' };
    waiting = await startApp({ env: { SMTP_URL: server.inbox.url } });
    usual = await startApp();
  });

  afterAll(async () => {
    const closing = waiting.close();
    await server.inbox.close();
    await Promise.all([closing, usual.close()]);
  });

  async function medianMs(
    { api }: TestApp,
    path: string,
    emailOf: (turn: number) => string,
  ): Promise<number> {
    const times: number[] = [];
    for (let turn = 0; turn < REQUESTS; turn++) {
      const json = { email: emailOf(turn), ...(path === 'register' && { password: PASSWORD }) };
      const begun = performance.now();
      expect((await api.post(`/v1/auth/${path}`, { json })).status).toBe(202);
      times.push(performance.now() - begun);
    }
    return times.toSorted((a, b) => a - b)[Math.floor(REQUESTS / 2)] ?? 0;
  }

  it.each(['register', 'password/forgot', 'email/verify/resend'])('delays no answer of %s', async (path) => {
    const emailOf = (turn: number) => `${turn}@${path.replaceAll('/', '-')}.example.com`;
    const { email } = await waiting.registers();
    const mostMs = 3 * (await medianMs(usual, path, emailOf)) + 50;
    expect(await medianMs(waiting, path, emailOf)).toBeLessThan(mostMs);
    expect(await medianMs(waiting, path, () => email)).toBeLessThan(mostMs);
  });
});
