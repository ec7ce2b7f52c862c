import type { ProblemBody } from './support/api';
import { startApp, type TestApp } from './support/app';
import { countMails, nextLink, nextMail, SUBJECT } from './support/mailbox';
import { inParallel } from './support/parallel';
import { askForReset, reset, resetLink } from './support/password-reset';
import { expectProblem, violations } from './support/problem';
import { tokenIn } from './support/smtp-sink';
import { SPOOFS } from './support/spoofs';
import { exchange } from './support/wire';

const NEW = 'nine calm badgers on a ferry';
const ACCOUNT_URL = 'https://shop.example.test/my/account?tab=security';

describe('asking for a new password', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startApp({ smtp: true, env: { ACCOUNT_URL } });
  });

  afterAll(async () => app.close());

  const ask = async (json: unknown) => app.api.post<ProblemBody>('/v1/auth/password/forgot', { json });
  const someoneElse = {
    unknown: async () => 'nobody@example.com',
    verified: async () => {
      const { email } = await app.registers();
      const token = await nextLink(app, email, 'verification');
      await app.api.post('/v1/auth/email/verify', { json: { token } });
      return email;
    },
    unverified: async () => (await app.someone()).email,
    disabled: async () => {
      const { email } = await app.someone();
      await app.query(`UPDATE users SET status = 'disabled' WHERE email = $1`, [email]);
      return email;
    },
    deleted: async () => {
      const person = await app.someone();
      const { accessToken: token } = await app.signIn(person);
      await app.api.post('/v1/users/me/delete', { token, json: { password: person.password } });
      return person.email;
    },
  };
  const everybody = Object.entries(someoneElse) as [keyof typeof someoneElse, () => Promise<string>][];

  it.each(everybody)('answers for an address that is %s as for any other', async (_, address) => {
    const visible = async (email: string) => {
      const { status, text, headers } = await ask({ email });
      const { date, 'x-request-id': requestId, ...others } = Object.fromEntries(headers);
      expect([date, requestId]).not.toContain(undefined);
      return { status, text, others };
    };
    const seen = await visible(await address());
    expect(seen).toMatchObject({ status: 202, text: '{}', others: { 'cache-control': 'no-store' } });
    expect(seen).toEqual(await visible('somebody.else@example.org'));
  });

  it.each(everybody)('sends a mail only where there is an active account: %s', async (kind, address) => {
    const email = await address();
    await askForReset(app, email);
    const expected = kind === 'verified' || kind === 'unverified' ? 1 : 0;
    expect(await countMails(app, email, 'reset')).toBe(expected);
  });

  it.each([
    ['in upper case', (email: string) => email.toUpperCase()],
    ['with blanks around it', (email: string) => ` \t${email}\n`],
  ])('writes to the address as it is stored, though it was spelled %s', async (_, spelled) => {
    const { email } = await app.someone();
    await askForReset(app, spelled(email));
    const { to, headers } = await nextMail(app, email, 'reset');
    expect([to, headers.to]).toEqual([[email], email]);
  });

  it('takes nothing for an address that is none', async () => {
    const { email } = await app.someone();
    const several = [
      `eve@example.com,${email}`,
      `${email},eve@example.com`,
      `${email}\r\nBcc: eve@example.com`,
      `Eve <${email}>`,
      [email, 'eve@example.com'],
      { email },
      null,
      '',
    ];
    for (const each of several) {
      const answer = await ask({ email: each });
      expectProblem(answer, 422, 'validation-failed');
      expect(Object.keys(violations(answer))).toEqual(['/email']);
    }
    expect(await countMails(app, email, 'reset')).toBe(0);
    expect(app.smtp.for('eve@example.com')).toEqual([]);
  });

  it('refuses a link of the caller’s own choice', async () => {
    const { email } = await app.someone();
    const answer = await ask({ email, url: 'https://evil.example' });
    expect(violations(answer)).toEqual({ '/url': 'unknown-property' });
  });

  it('leads to ACCOUNT_URL whatever the request, or a proxy, says of a host', async () => {
    const { email } = await app.someone();
    const body = JSON.stringify({ email });
    const headers: (readonly [string, string])[] = [
      ['Host', 'evil.example'],
      ...SPOOFS.filter(([name]) => name !== 'Origin'),
      ['Origin', 'https://evil.example'],
      ['Connection', 'close'],
      ['Content-Type', 'application/json'],
      ['Content-Length', String(body.length)],
    ];
    const lines = headers.map((header) => header.join(': '));
    const request = `POST /v1/auth/password/forgot HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${body}`;
    const { answers } = await exchange(app.api.url, request);
    expect(answers.map(({ status }) => status)).toEqual([202]);
    const { text, html, raw } = await nextMail(app, email, 'reset');
    const urls = [...text.matchAll(/https?:\S+/g)].map(([url]) => url);
    expect(urls).toEqual([`${ACCOUNT_URL}#token=${tokenIn({ text, html })}`]);
    expect(raw).not.toContain('evil.example');
  });

  it('has 5 links alive at most: a sixth request sends nothing, and takes none of them away', async () => {
    const { email } = await app.someone();
    await inParallel(8, async () => askForReset(app, email));
    expect(await countMails(app, email, 'reset')).toBe(5);
    const tokens = app.smtp
      .for(email)
      .filter(({ subject }) => subject === SUBJECT.reset)
      .map(tokenIn);
    expect(new Set(tokens).size).toBe(5);
    await askForReset(app, email);
    expect(await countMails(app, email, 'reset')).toBe(5);
    expect((await reset(app, tokens[0] ?? '', NEW)).status).toBe(204);
    for (const token of tokens)
      expectProblem(await reset(app, token, `${NEW}!`), 422, 'invalid-or-expired-token');
    await app.signIn({ email, password: NEW });
    // Those that were ended do not count any more.
    await resetLink(app, email);
  });

  it('may be done again as soon as one of the 5 has expired', async () => {
    const { email } = await app.someone();
    await resetLink(app, email);
    app.clock.advance({ minutes: 1 });
    for (let more = 0; more < 4; more++) await resetLink(app, email);
    app.clock.advance({ minutes: 58, seconds: 59, milliseconds: 999 });
    await askForReset(app, email);
    expect(await countMails(app, email, 'reset')).toBe(5);
    app.clock.advance({ milliseconds: 1 });
    await askForReset(app, email);
    expect(await countMails(app, email, 'reset')).toBe(6);
  });

  it('leaves the password and the sessions alone', async () => {
    const person = await app.someone();
    const tokens = await app.signIn(person);
    await resetLink(app, person.email);
    await app.signIn(person);
    const { status } = await app.api.get('/v1/users/me', { token: tokens.accessToken });
    expect(status).toBe(200);
  });
});
