import { Environment, type Variables } from '../../../src/platform/config';
import type { Extensions } from '../../../src/platform/extensions';
import { MailSettings, MailTransport, mailType } from '../../../src/platform/mail';
import { MailRenderer } from '../../../src/platform/mail/mail-renderer';
import { PASSWORD, TEST_ENVIRONMENT, type TestApp } from '../../support/app';
import { sharedApp } from '../../support/shared-app';
import { type ReceivedMail, SmtpSink, tokenIn } from '../../support/smtp-sink';

const HEADERS = [
  'auto-submitted',
  'content-language',
  'content-type',
  'date',
  'from',
  'message-id',
  'mime-version',
  'subject',
  'to',
];

const PASSWORD_RESET = mailType({
  kind: 'password-reset',
  texts: {
    en: {
      subject: 'Set a new password for {app}',
      before: ['Someone, probably you, asked for a new password at {app}.'],
      action: 'Set a new password',
      after: [],
    },
  },
});
const ENGLISH = { language: 'en', subject: 'Set a new password for Gatehouse', action: 'Set a new password' };
const GERMAN = {
  language: 'de',
  subject: 'Setzen Sie ein neues Passwort für Gatehouse',
  action: 'Neues Passwort setzen',
};

async function resetMail(app: TestApp, headers: Record<string, string> = {}): Promise<ReceivedMail> {
  const { email } = await app.someone();
  await app.api.post('/v1/auth/password/forgot', { json: { email }, headers });
  return app.mailFor(email);
}

/** The lines of a raw message with those headers unfolded that go over several. */
const headOf = ({ raw }: ReceivedMail) =>
  (raw.split('\r\n\r\n', 1)[0] ?? '').replace(/\r\n[ \t]+/g, ' ').split('\r\n');

const headerNames = (mail: ReceivedMail) =>
  headOf(mail)
    .map((line) => line.slice(0, line.indexOf(':')).toLowerCase())
    .toSorted();

describe('a mail', () => {
  let app: TestApp;
  let email: string;
  let mail: ReceivedMail;

  beforeAll(async () => {
    app = await sharedApp({ smtp: true });
    ({ email } = await app.registers());
    mail = await app.mailFor(email);
  });

  it('has the headers it needs, once each, and no other', () => {
    expect(headerNames(mail)).toEqual(HEADERS);
  });

  it('goes to one mailbox, from the address of the settings', () => {
    expect(mail.to).toEqual([email]);
    expect(mail.headers).toMatchObject({ to: email, from: 'Gatehouse <no-reply@example.test>' });
  });

  it('says that it was generated, in which language, and when', () => {
    expect(mail.headers).toMatchObject({ 'auto-submitted': 'auto-generated', 'content-language': 'en' });
    expect(new Date(mail.headers.date ?? '').getTime()).toBe(Math.floor(app.clock.nowMs() / 1_000) * 1_000);
  });

  it('has an id of its own, under the host that its links lead to', async () => {
    const ids = [mail, await resetMail(app), await resetMail(app)].map(
      ({ headers }) => headers['message-id'],
    );
    for (const id of ids) expect(id).toMatch(/^<[\da-f-]{36}@auth\.example\.test>$/);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('has a text and an HTML part, in UTF-8', () => {
    expect(mail.headers['content-type']).toMatch(/^multipart\/alternative;/);
    const parts = mail.raw.match(/^Content-Type: text\/.*$/gm);
    expect(parts?.map((line) => line.trim())).toEqual([
      'Content-Type: text/plain; charset=utf-8',
      'Content-Type: text/html; charset=utf-8',
    ]);
    expect(mail.text).toContain('signed up at Gatehouse');
    expect(mail.html).toContain('signed up at Gatehouse');
  });

  it('has its link on one line of what is transmitted, so that it is copied whole', () => {
    const link = `https://auth.example.test/account#token=${tokenIn(mail)}`;
    const lines = mail.raw.split('\r\n');
    expect(lines.filter((line) => line.includes(link))).toHaveLength(2);
    expect(lines).toContain(link);
    for (const line of lines) expect(line.length).toBeLessThan(998);
  });

  // Every header that asks for a language: src/platform/mail/mail-content.spec.ts.
  it.each([
    ['German among others', 'fr, de-AT;q=0.5, en;q=0.1', GERMAN],
    ['garbage', '", ;q=;;,\u00ff', ENGLISH],
    ['12 KB of French', 'fr,'.repeat(4_000), ENGLISH],
  ])('to a request for %s is in a language that there is', async (_, header, expected) => {
    const { language, subject, action } = expected;
    const answered = await resetMail(app, { 'accept-language': header });
    expect(answered.headers['content-language']).toBe(language);
    expect(answered.subject).toBe(subject);
    expect(answered.html).toMatch(new RegExp(`<html lang="${language}">[^]*>${action}</a>`));
    expect(tokenIn(answered)).toMatch(/^pr_[\w-]{43}$/);
  });

  it('is in the language of the request where a notice follows from a link', async () => {
    const { email: to } = await app.someone();
    await app.api.post('/v1/auth/password/forgot', { json: { email: to } });
    const json = { token: tokenIn(await app.mailFor(to)), newPassword: `${PASSWORD} again` };
    const headers = { 'accept-language': 'de' };
    expect((await app.api.post('/v1/auth/password/reset', { json, headers })).status).toBe(204);
    expect((await app.mailFor(to)).subject).toBe('Ihr Passwort für Gatehouse wurde geändert');
  });

  it('is written to the address as it is stored, however it was spelled', async () => {
    const json = { email: ` ${email.toUpperCase()} ` };
    expect((await app.api.post('/v1/auth/password/forgot', { json })).status).toBe(202);
    const { to, headers } = await app.mailFor(email);
    expect([to, headers.to]).toEqual([[email], email]);
  });
});

describe('the name of an application', () => {
  let sink: SmtpSink;

  beforeEach(async () => {
    sink = await SmtpSink.start();
  });

  afterEach(async () => sink.close());

  /** The mail for a new password, as an application of this name writes and sends it. */
  async function mailOf(variables: Variables): Promise<ReceivedMail> {
    const settings = new Environment({ ...TEST_ENVIRONMENT, SMTP_URL: sink.url, ...variables }).get(
      MailSettings,
    );
    const link = { url: settings.linkWith(`pr_${'A'.repeat(43)}`), until: new Date() };
    const written = new MailRenderer(settings, []).render(PASSWORD_RESET, { language: null, link });
    const none = {} as Extensions;
    const to = 'ada@example.com';
    await new MailTransport(settings, none).deliver('id', new Date(), {
      kind: 'password-reset',
      to,
      ...written,
    });
    return sink.next(to);
  }

  it('that is not ASCII arrives whole', async () => {
    const env = { APP_NAME: 'Größe – 門 🦦', MAIL_FROM: 'Größe 門 🦦 <no-reply@example.test>' };
    const mail = await mailOf(env);
    expect(mail.subject).toBe('Set a new password for Größe – 門 🦦');
    for (const part of [mail.text, mail.html]) expect(part).toContain('password at Größe – 門 🦦.');
    for (const line of headOf(mail)) expect(line).toMatch(/^[\x20-\x7e]+$/);
    const [, name = '', rest] = /^=\?UTF-8\?B\?(.*)\?= (.*)$/.exec(mail.headers.from ?? '') ?? [];
    expect(`${Buffer.from(name, 'base64').toString()} ${rest}`).toBe(env.MAIL_FROM);
    expect(tokenIn(mail)).toMatch(/^pr_/);
  });

  it.each([
    ['markup', 'Acme <b>Hello</b>'],
    ['an encoded line break', '=?utf-8?Q?Acme=0D=0ABcc:_eve@evil.example?='],
  ])('adds no header and no recipient with %s in it', async (_, APP_NAME) => {
    const mail = await mailOf({ APP_NAME });
    expect(headerNames(mail)).toEqual(HEADERS);
    expect(mail.to).toHaveLength(1);
    expect(mail.raw.split('\r\n\r\n', 1)[0]).not.toMatch(/[^\r]\n|\r[^\n]/);
    expect(mail.html).not.toContain('<b>');
    expect(tokenIn(mail)).toMatch(/^pr_/);
  });

  it('is never markup', async () => {
    const APP_NAME = `<a href="https://evil.example">"A" & 'B'</a>`;
    const { subject, html, text } = await mailOf({ APP_NAME });
    for (const part of [subject, text]) expect(part).toContain(APP_NAME);
    expect([...html.matchAll(/<a /g)]).toHaveLength(1);
    expect(html).not.toContain('href="https://evil.example"');
  });
});
