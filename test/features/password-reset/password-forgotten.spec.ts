import { AccountDeletion } from '../../../src/auth';
import { Environment } from '../../../src/platform/config';
import { MailSettings } from '../../../src/platform/mail';
import { Administrators } from '../../../src/roles';
import { UsersService } from '../../../src/users';
import type { ProblemBody } from '../../support/api';
import { TEST_ENVIRONMENT, type TestApp } from '../../support/app';
import { countMails, nextMail, SUBJECT } from '../../support/mailbox';
import { inParallel } from '../../support/parallel';
import { askForReset, reset, resetLink } from '../../support/password-reset';
import { expectProblem, violations } from '../../support/problem';
import { newAddress, someoneVerified } from '../../support/registrations';
import { sharedApp } from '../../support/shared-app';
import { tokenIn } from '../../support/smtp-sink';
import { SPOOFS } from '../../support/spoofs';
import { exchange } from '../../support/wire';

const NEW = 'nine calm badgers on a ferry';

describe('requesting a password reset', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await sharedApp({ smtp: true });
  });

  const ask = async (json: unknown) => app.api.post<ProblemBody>('/v1/auth/password/forgot', { json });
  const addresses: [string, number, () => Promise<string>][] = [
    ['unknown', 0, async () => newAddress()],
    ['verified', 1, async () => (await someoneVerified(app)).email],
    ['unverified', 1, async () => (await app.someone()).email],
    [
      'disabled',
      0,
      async () => {
        const { email } = await app.someone();
        await app.query(`UPDATE users SET status = 'disabled' WHERE email = $1`, [email]);
        return email;
      },
    ],
    [
      'deleted',
      0,
      async () => {
        const { email } = await app.someone();
        await app.nest.get(Administrators).withAdministrationLock(async () => {
          const user = await app.nest.get(UsersService).lock({ email });
          if (user) await app.nest.get(AccountDeletion).deleteAccount(user);
        });
        expect(await app.query('SELECT id FROM users WHERE email = $1', [email])).toEqual([]);
        return email;
      },
    ],
  ];

  it.each(addresses)(
    'for an address that is %s gets the same response as for any other, and sends %i mails',
    async (...row) => {
      const [, expected, address] = row;
      const visible = async (email: string) => {
        const { status, text, headers } = await ask({ email });
        const { date, 'x-request-id': requestId, ...others } = Object.fromEntries(headers);
        expect([date, requestId]).not.toContain(undefined);
        return { status, text, others };
      };
      const email = await address();
      const seen = await visible(email);
      expect(seen).toMatchObject({ status: 202, text: '{}', others: { 'cache-control': 'no-store' } });
      expect(seen).toEqual(await visible(newAddress()));
      expect(await countMails(app, email, 'reset')).toBe(expected);
    },
  );

  it('sends the mail to the stored address, whatever its spelling in the request', async () => {
    const { email } = await app.someone();
    await askForReset(app, ` \t${email.toUpperCase()}\n`);
    const { to, headers } = await nextMail(app, email, 'reset');
    expect([to, headers.to]).toEqual([[email], email]);
  });

  it('is refused without exactly one address', async () => {
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

  it('refuses a URL chosen by the caller', async () => {
    const { email } = await app.someone();
    const answer = await ask({ email, url: 'https://evil.example' });
    expect(violations(answer)).toEqual({ '/url': 'unknown-property' });
  });

  it('sends a link to the account page, whatever host the request or a proxy names', async () => {
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
    expect(urls).toEqual([`https://auth.example.test/account#token=${tokenIn({ text, html })}`]);
    expect(raw).not.toContain('evil.example');
  });

  it('sends a link to ACCOUNT_URL where that is set', () => {
    const ACCOUNT_URL = 'https://shop.example.test/my/account?tab=security';
    const settings = new Environment({ ...TEST_ENVIRONMENT, ACCOUNT_URL }).get(MailSettings);
    expect(settings.linkWith('pr_x')).toBe(`${ACCOUNT_URL}#token=pr_x`);
  });

  it('has at most 5 valid links: a sixth request sends nothing and revokes none of them', async () => {
    const { email } = await app.someone();
    await inParallel(7, async () => askForReset(app, email));
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

  it('is possible again as soon as one of the 5 has expired', async () => {
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

  it('keeps the password and the sessions', async () => {
    const person = await app.someone();
    const tokens = await app.signIn(person);
    await resetLink(app, person.email);
    await app.signIn(person);
    const { status } = await app.api.get('/v1/users/me', { token: tokens.accessToken });
    expect(status).toBe(200);
  });
});
