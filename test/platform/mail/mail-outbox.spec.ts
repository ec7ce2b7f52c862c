import { EventEmitter, once } from 'node:events';
import { Mailer } from '../../../src/platform/mail';
import type { TokenBody } from '../../support/api';
import { PASSWORD, startApp, type TestApp } from '../../support/app';
import { filesOf } from '../../support/database-dump';
import { FickleServer } from '../../support/fickle-server';
import { NOTICE_MAIL } from '../../support/mail-types';
import { Secrets } from '../../support/secrets';
import { type ReceivedMail, tokenIn } from '../../support/smtp-sink';

const DOWN = { step: 'connection', status: 421 } as const;
const NOTICE = [NOTICE_MAIL, { language: null }] as const;

const log: string[] = [];
let app: TestApp;
let server: FickleServer;
let people = 0;

beforeAll(async () => {
  server = await FickleServer.start();
  app = await startApp({ env: { SMTP_URL: server.inbox.url, LOG_LEVEL: 'trace' }, log });
});

afterEach(async () => {
  server.trouble = undefined;
  await app.query('DELETE FROM mails');
});

afterAll(async () => {
  await app.close();
  await server.inbox.close();
});

const address = () => `somebody-${++people}@mailboxes.example.com`;
const mailer = () => app.nest.get(Mailer);
const rows = async () =>
  (await app.query<{ row: string }>('SELECT t::text AS row FROM mails t')).map(({ row }) => row);

describe('a mail is written', () => {
  it('when the change that it reports is committed, and not before', async () => {
    const to = address();
    const gate = new EventEmitter();
    const written = once(gate, 'written');
    const committed = app.database.transaction(async () => {
      await mailer().send({ email: to, emailVerified: true }, ...NOTICE);
      gate.emit('written');
      await once(gate, 'commit');
    });
    await written;
    await app.mailsSent();
    expect(server.attempts).not.toContain(to);
    gate.emit('commit');
    await committed;
    await app.mailsSent();
    expect(server.inbox.for(to)).toHaveLength(1);
  });

  it('without a further request', async () => {
    const to = address();
    await mailer().send({ email: to, emailVerified: true }, ...NOTICE);
    expect((await server.inbox.next(to)).subject).toBe('A notice of Gatehouse');
  });

  it('and sent although a clock that went back had postponed it', async () => {
    const to = address();
    server.trouble = { step: 'recipient', status: 451 };
    await mailer().send({ email: to, emailVerified: true }, ...NOTICE);
    await app.mailsSent();
    await app.query(`UPDATE mails SET due_at = due_at + interval '1 day'`);
    server.trouble = undefined;
    await app.mailsSent();
    expect(server.inbox.for(to)).toHaveLength(1);
  });

  it('never, where that change is rolled back', async () => {
    const to = address();
    const undone = app.database.transaction(async () => {
      await app.database.transaction(async () =>
        mailer().send({ email: to, emailVerified: true }, ...NOTICE),
      );
      throw new Error('undone');
    });
    await expect(undone).rejects.toThrow('undone');
    expect(await rows()).toEqual([]);
    await app.mailsSent();
    expect(server.inbox.for(to)).toEqual([]);
  });

  it('or the change does not happen', async () => {
    await app.query('ALTER TABLE mails ADD CONSTRAINT full_up CHECK (false) NOT VALID');
    const json = { email: address(), password: PASSWORD };
    const { status } = await app.api.post('/v1/auth/register', { json });
    await app.query('ALTER TABLE mails DROP CONSTRAINT full_up');
    expect(status).toBe(500);
    expect(await app.query('SELECT id FROM users WHERE email = $1', [json.email])).toEqual([]);
    expect((await app.api.post('/v1/auth/register', { json })).status).toBe(202);
    await app.mailsSent();
    expect(server.inbox.for(json.email)).toHaveLength(1);
  });

  it('to no mailbox where the requested address has no account', async () => {
    const email = address();
    expect((await app.api.post('/v1/auth/password/forgot', { json: { email } })).status).toBe(202);
    expect(await rows()).toHaveLength(1);
    await app.mailsSent();
    expect(await rows()).toEqual([]);
    expect(server.attempts).not.toContain(email);
  });
});

describe('the recipient and the content of a mail', () => {
  const secrets = new Secrets();
  const mails: ReceivedMail[] = [];

  beforeAll(async () => {
    const [former, email] = [address(), address()];
    for (const text of [former, email]) secrets.note(text, text);
    for (const text of ['Someone, probably you', 'https://auth.example.test/account#token='])
      secrets.note(text, text);
    server.trouble = DOWN;
    await app.api.post('/v1/auth/register', { json: { email: former, password: PASSWORD } });
    await expectSealed();
    const { accessToken: token } = (
      await app.api.post<TokenBody>('/v1/auth/login', { json: { email: former, password: PASSWORD } })
    ).body;
    const json = { newEmail: email, password: PASSWORD };
    expect((await app.api.post('/v1/auth/email/change', { token, json })).status).toBe(202);
    await app.api.post('/v1/auth/password/forgot', { json: { email: former } });
    await expectSealed();
    server.trouble = { step: 'recipient', status: 451 };
    await later();
    await expectSealed();
    server.trouble = { step: 'recipient', status: 550, reason: '5.1.1', only: [email] };
    await later();
    server.trouble = { step: 'message', status: 451 };
    await later();
    mails.push(...server.inbox.for(former), ...server.inbox.for(email));
    for (const mail of mails) secrets.note('a token', tokenIn(mail));
  });

  /** Wishes that wait to be granted, and mails that were written and could not be sent. */
  async function expectSealed(): Promise<void> {
    expect(secrets.shownIn((await rows()).join())).toEqual([]);
    await app.mailsSent();
    expect(await rows()).not.toEqual([]);
    expect(secrets.shownIn((await rows()).join())).toEqual([]);
  }

  async function later(): Promise<void> {
    app.clock.advance({ minutes: 16 });
    await app.mailsSent();
  }

  it('reach the mailbox', () => {
    expect(mails).toHaveLength(3);
    expect(secrets.shownIn(mails.map(({ text }) => text).join())).toContain('a token');
  });

  it('are in no row of the outbox, and no token is in the files of the database', async () => {
    const files = await filesOf(app);
    expect(secrets.shownIn(files).filter((name) => !name.includes('@'))).toEqual([]);
  });

  it('are in no line of the log, at any level and for any answer of the server', () => {
    const lines = log.filter((line) => line.includes('a mail could not be sent'));
    for (const words of ['and will be tried again', 'and will not be tried again'])
      expect(lines.filter((line) => line.includes(words))).not.toEqual([]);
    expect(secrets.shownIn(log.join(''))).toEqual([]);
  });

  it('are not needed to log which mail failed, how often and why', () => {
    const last = log.findLast((line) => line.includes('and will not be tried again')) ?? '{}';
    expect(JSON.parse(last)).toMatchObject({
      level: 40,
      context: 'Mail',
      mail: expect.stringMatching(/^[\da-f-]{36}$/),
      kind: 'email-change',
      attempts: expect.any(Number),
      code: 'EENVELOPE',
      command: 'RCPT TO',
      responseCode: 550,
    });
  });
});

describe('a mail request that no module resolves', () => {
  const GONE = { kind: 'gone' };
  const logged = () => log.join('');

  it('is dropped with a warning', async () => {
    await mailer().request({ kind: 'unknown' }, { address: address(), language: null });
    expect(await rows()).toEqual([]);
    expect(logged()).toMatch(/"kind":"unknown".*no module resolves mail requests of this type/);
  });

  it('and was stored by another release stays in the outbox, and the log says what to do', async () => {
    mailer().registerResolver(GONE, async () => null);
    await mailer().request(GONE, { address: address(), language: null });
    mailer()['resolvers'].delete(GONE.kind);
    await app.mailsSent();
    expect(await rows()).toHaveLength(1);
    expect(logged()).toContain("or delete the requests: DELETE FROM mails WHERE kind = 'gone'");
  });
});

describe('the metrics', () => {
  const counted = async (outcome: string): Promise<number> => {
    const { text } = await app.api.get('/metrics');
    const line = new RegExp(`^mails_total\\{kind="registration",outcome="${outcome}"\\} (\\d+)$`, 'm');
    return Number(line.exec(text)?.[1] ?? 0);
  };

  it('count each mail by its outcome', async () => {
    const register = async () => {
      await app.registers();
      await app.mailsSent();
    };
    const outcomes = ['sent', 'failed', 'given_up', 'unwanted'];
    const before = await Promise.all(outcomes.map(counted));
    await register();
    server.trouble = DOWN;
    await register();
    server.trouble = { step: 'recipient', status: 550, reason: '5.1.1' };
    await register();
    await app.nest.get(Mailer).request({ kind: 'registration' }, { address: address(), language: null });
    await app.mailsSent();
    const after = await Promise.all(outcomes.map(counted));
    expect(after.map((count, index) => count - (before[index] ?? 0))).toEqual([1, 1, 1, 1]);
  });
});
