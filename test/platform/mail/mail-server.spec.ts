import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { SMTPServerOptions } from 'smtp-server';
import { Environment, type Variables } from '../../../src/platform/config';
import type { Extensions } from '../../../src/platform/extensions';
import { MailSettings, MailTransport } from '../../../src/platform/mail';
import { TEST_ENVIRONMENT, withApp } from '../../support/app';
import { eventually } from '../../support/eventually';
import { FickleServer } from '../../support/fickle-server';
import { PRODUCTION } from '../../support/settings';
import { SmtpSink } from '../../support/smtp-sink';

const MAIL = {
  kind: 'notice',
  to: 'ada@example.com',
  language: 'en',
  subject: 'Hello',
  text: 'a',
  html: 'b',
};

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

/** Sends a mail as an application with these settings does. */
async function send(variables: Variables): Promise<void> {
  const settings = new Environment({ ...TEST_ENVIRONMENT, ...variables }).get(MailSettings);
  const none = {} as Extensions;
  await new MailTransport(settings, none).deliver('id', new Date(), MAIL);
}

/** A server that admits this user alone. */
const admitting = (user: string, password: string): SMTPServerOptions => ({
  authOptional: false,
  allowInsecureAuth: true,
  onAuth: (login, _, done) =>
    login.username === user && login.password === password
      ? done(null, { user })
      : done(new Error(`${login.password} is wrong`)),
});

describe('a mail server', () => {
  it('gets the user and the password of SMTP_URL, with any characters', async () => {
    await withSink(admitting('no-reply@example.test', 'p@ss/w:rd%ä'), async (sink) => {
      const login = 'no-reply%40example.test:p%40ss%2Fw%3Ard%25%C3%A4';
      await send({ SMTP_URL: `smtp://${login}@127.0.0.1:${sink.port}` });
      expect(sink.for(MAIL.to)).toHaveLength(1);
    });
  });

  it('that is silent, refuses the password or is down delays no response, and gets the mail later', async () => {
    const silent = await FickleServer.start();
    silent.trouble = { step: 'connection' };
    const { port } = silent.inbox;
    const log: string[] = [];
    const SMTP_URL = `smtp://user:password-of-the-server@127.0.0.1:${port}`;
    await withApp({ env: { SMTP_URL, LOG_LEVEL: 'trace' }, log }, async (app) => {
      // Answered, although the server does not even greet.
      const { email } = await app.registers();
      const attempts = async () => {
        app.clock.advance({ hours: 1 });
        await app.mailsSent();
        return app.query('SELECT attempts FROM mails');
      };
      const first = app.mailsSent();
      await silent.inbox.close();
      await first;
      expect(await attempts()).toEqual([{ attempts: 2 }]);

      const refusing = await SmtpSink.start(admitting('user', 'another password'), port);
      expect(await attempts()).toEqual([{ attempts: 3 }]);
      expect(refusing.mails).toEqual([]);
      await refusing.close();

      const admits = await SmtpSink.start(admitting('user', 'password-of-the-server'), port);
      expect(await attempts()).toEqual([]);
      expect(admits.for(email)).toHaveLength(1);
      await admits.close();
    });
    const failures = log.filter((line) => line.includes('could not be sent')).join();
    for (const code of ['ESOCKET', 'EAUTH']) expect(failures).toContain(code);
    expect(log.join()).not.toContain('password-of-the-server');
  });
});

describe('a mail server that answers "250-wait" forever', () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;

  afterEach(() => jest.restoreAllMocks());

  it('holds a delivery for one minute, also where garbage is collected meanwhile', async () => {
    const { setTimeout: wait } = globalThis;
    // A minute takes a third of a second here.
    const hurried = (work: () => void, ms?: number) => wait(work, ms === 60_000 ? 300 : ms);
    jest.spyOn(globalThis, 'setTimeout').mockImplementation(hurried);
    let waits = 0;
    const server = createServer((socket) => {
      socket.on('error', () => undefined).write('220 hello\r\n');
      socket.once('data', () => {
        const drops = setInterval(() => socket.write('250-wait\r\n') && waits++, 1);
        socket.once('close', () => clearInterval(drops));
      });
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const outcome = send({ SMTP_URL: `smtp://127.0.0.1:${port}` }).catch((error: Error) => error.message);
    await eventually(async () => expect(waits).toBeGreaterThan(0));
    collectGarbage();
    expect(await outcome).toBe('no answer within 60 s');
    // Closes once its connections are closed.
    server.close();
    await once(server, 'close');
  });
});

describe('a mail server in production', () => {
  it('gets no mail where it offers no TLS', async () => {
    const heard: string[] = [];
    const options = { onMailFrom: ({ address }: { address: string }) => void heard.push(address) };
    await withSink(options, async (sink) => {
      await expect(send({ ...PRODUCTION, SMTP_URL: elsewhere(sink) })).rejects.toMatchObject({
        code: 'ETLS',
      });
      expect([heard, sink.mails]).toEqual([[], []]);
    });
  });

  it('gets no mail where its certificate is not trusted', async () => {
    await withSink({ disabledCommands: [] }, async (sink) => {
      const sending = send({ ...PRODUCTION, SMTP_URL: elsewhere(sink) });
      await expect(sending).rejects.toMatchObject({ code: expect.stringMatching(/ESOCKET|ETLS/) });
      expect(sink.mails).toEqual([]);
    });
  });

  // As Debian sets Postfix up: it offers TLS with a certificate that it made itself.
  it.each([
    ['neither', {}],
    ['TLS with one of its own', { disabledCommands: [] }],
  ])('needs neither a trusted certificate nor TLS on the same machine: it offers %s', async (_, options) => {
    await withSink(options, async (sink) => {
      await send({ ...PRODUCTION, SMTP_URL: sink.url });
      expect(sink.mails).toHaveLength(1);
    });
  });
});
