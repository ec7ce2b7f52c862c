import { NOTICE_MAIL } from '../../support/mail-types';
import { Mailer } from '../../../src/platform/mail';
import { delayAfter } from '../../../src/platform/mail/outbox';
import { startApp, type TestApp } from '../../support/app';
import { FickleServer, type Trouble } from '../../support/fickle-server';
import { newAddress } from '../../support/registrations';
import { tokenIn } from '../../support/smtp-sink';

interface Row {
  readonly id: string;
  readonly attempts: number;
  readonly wait: number;
}

const HOUR = { hours: 1 };
const SECOND = { seconds: 1 };

let app: TestApp;
let server: FickleServer;

beforeAll(async () => {
  server = await FickleServer.start();
  app = await startApp({ env: { SMTP_URL: server.inbox.url } });
});

afterEach(async () => {
  server.trouble = undefined;
  await app.query('DELETE FROM mails');
  server.attempts.length = 0;
});

afterAll(async () => {
  await app.close();
  await server.inbox.close();
});

/** A new account, whose first mail was tried once. */
async function newcomer(): Promise<string> {
  const { email } = await app.registers();
  await app.mailsSent();
  return email;
}

/** The mails that wait, the oldest first, and for how many seconds. */
const waiting = async () =>
  app.query<Row>(
    `SELECT id, attempts, extract(epoch FROM due_at - $1)::float8 AS wait FROM mails ORDER BY created_at`,
    [app.clock.now()],
  );

async function passes(time: Parameters<TestApp['clock']['advance']>[0]): Promise<void> {
  app.clock.advance(time);
  await app.mailsSent();
}

/** An address to which a notice was tried once. */
async function noticed(): Promise<string> {
  const email = newAddress();
  await post(email);
  await app.mailsSent();
  return email;
}

/** Writes notices that were due one second after the other, none of which was tried yet. */
async function post(...addresses: string[]): Promise<void> {
  await app.database.transaction(async () => {
    for (const email of addresses) {
      app.clock.advance(SECOND);
      const user = { email, emailVerified: true };
      await app.nest.get(Mailer).send(user, NOTICE_MAIL, { language: null });
    }
  });
}

describe('a mail that the server refuses temporarily', () => {
  it.each<[string, Trouble]>([
    ['that is too busy', { step: 'connection', status: 421 }],
    ['that refuses every connection', { step: 'connection', status: 554 }],
    ['that does not like the sender now', { step: 'sender', status: 451 }],
    ['that wants a login that it did not offer', { step: 'sender', status: 530 }],
    ['that does not like the sender', { step: 'sender', status: 550 }],
    ['that does not know the sender yet', { step: 'recipient', status: 450 }],
    ['that does not relay', { step: 'recipient', status: 554, reason: '5.7.1' }],
    ['whose reason to refuse is not clear', { step: 'recipient', status: 550 }],
    ['whose disk is full', { step: 'message', status: 452 }],
    ['that takes it for spam', { step: 'message', status: 554 }],
  ])('is sent again to one %s', async (_, trouble) => {
    server.trouble = trouble;
    const email = await noticed();
    expect(await waiting()).toMatchObject([{ attempts: 1, wait: 10 }]);
    server.trouble = undefined;
    const before = server.inbox.for(email).length;
    await passes({ seconds: 10 });
    expect(server.inbox.for(email)).toHaveLength(before + 1);
    expect(await waiting()).toEqual([]);
    await passes(HOUR);
    expect(server.inbox.for(email)).toHaveLength(before + 1);
  });

  it('is retried at growing intervals, up to a quarter of an hour', async () => {
    server.trouble = { step: 'recipient', status: 450 };
    await noticed();
    const delays = [10, 20, 40, 80, 160, 320, 640, 900, 900];
    expect(delays.map((_, index) => delayAfter(index + 1) / 1_000)).toEqual(delays);
    for (const [index, seconds] of delays.slice(0, 3).entries()) {
      expect(await waiting()).toMatchObject([{ attempts: index + 1, wait: seconds }]);
      await passes({ seconds: seconds - 1, milliseconds: 999 });
      expect(server.attempts).toHaveLength(index + 1);
      await passes({ milliseconds: 1 });
      expect(server.attempts).toHaveLength(index + 2);
    }
  });

  it('is the same mail at every attempt', async () => {
    server.trouble = { step: 'message', status: 451 };
    const email = await newcomer();
    await passes(HOUR);
    server.trouble = undefined;
    await passes(HOUR);
    const mails = server.inbox.for(email);
    expect(mails).toHaveLength(3);
    for (const name of ['message-id', 'date', 'subject', 'from', 'to'])
      expect(new Set(mails.map(({ headers }) => headers[name])).size).toBe(1);
    expect(new Set(mails.map(tokenIn)).size).toBe(1);
    expect(new Set(mails.map(({ text, html }) => text + html)).size).toBe(1);
  });

  it('is sent when it is due, before those that are due later', async () => {
    server.trouble = { step: 'connection', status: 421 };
    const addresses = Array.from({ length: 9 }, (_, index) => `turn-${index}@turn-${index}.example`);
    await post(...addresses);
    await app.mailsSent();
    const tried = (await waiting()).map(({ attempts }) => attempts).join('');
    // Some at a time, and no more before it is known whether the server is back.
    expect(tried).toMatch(/^(111)+0+$/);
    const first = tried.indexOf('0');
    server.trouble = undefined;
    await app.mailsSent();
    expect(server.attempts.slice(0, 3).toSorted()).toEqual(addresses.slice(first, first + 3));
    expect(server.attempts.toSorted()).toEqual(addresses.slice(first));
    await passes({ seconds: 10 });
    expect(server.attempts.slice(9 - first).toSorted()).toEqual(addresses.slice(0, first));
  });

  it('delays no other mail where only its own address is refused', async () => {
    const refused = Array.from({ length: 6 }, (_, index) => `refused-${index}@example.com`);
    server.trouble = { step: 'recipient', status: 450, only: refused };
    await post(...refused, 'welcome@example.com');
    await app.mailsSent();
    expect(server.inbox.for('welcome@example.com')).toHaveLength(1);
    expect((await waiting()).map(({ attempts }) => attempts)).toEqual([1, 1, 1, 1, 1, 1]);
  });
});

describe('a mail that is given up', () => {
  it.each([
    [550, '5.1.1'],
    [553, '5.1.3'],
    [556, '5.1.10'],
  ])('is one to a mailbox that does not exist (%i %s)', async (status, reason) => {
    server.trouble = { step: 'recipient', status, reason };
    const email = await noticed();
    expect(server.attempts).toEqual([email]);
    expect(await waiting()).toEqual([]);
    server.trouble = undefined;
    await passes(HOUR);
    expect(server.attempts).toEqual([email]);
  });

  it('is one whose link has expired, and not a moment earlier', async () => {
    server.trouble = { step: 'connection', status: 421 };
    const emails = [await newcomer(), await newcomer()];
    app.clock.advance({ days: 1, milliseconds: -1 });
    await app.mailsSent();
    expect(await waiting()).toMatchObject([{ attempts: 2 }, { attempts: 2 }]);
    server.trouble = undefined;
    await passes(HOUR);
    expect(await waiting()).toEqual([]);
    for (const email of emails) expect(server.inbox.for(email)).toEqual([]);
  });

  it('is a notice of more than three days ago', async () => {
    server.trouble = { step: 'connection', status: 421 };
    await post('notice@example.com');
    await app.mailsSent();
    await passes({ days: 3, milliseconds: -1 });
    expect(await waiting()).toMatchObject([{ attempts: 2 }]);
    server.trouble = undefined;
    await passes({ minutes: 15 });
    expect(await waiting()).toEqual([]);
    expect(server.inbox.for('notice@example.com')).toEqual([]);
  });
});
