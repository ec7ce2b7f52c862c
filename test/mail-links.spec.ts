import { OneTimeTokens } from '../src/platform/one-time-tokens';
import type { Answer, ProblemBody } from './support/api';
import { PASSWORD, startApp, type TestApp } from './support/app';
import { inParallel } from './support/parallel';
import { expectProblem } from './support/problem';
import { tokenIn } from './support/smtp-sink';

const NEXT_PASSWORD = 'nine calm badgers on a ferry';

let app: TestApp;
let people = 0;

beforeAll(async () => {
  app = await startApp({ smtp: true });
});

afterAll(async () => app.close());

const post = async (route: string, json: unknown, token?: string): Promise<Answer<ProblemBody>> =>
  app.api.post<ProblemBody>(`/v1/auth/${route}`, token === undefined ? { json } : { json, token });

const REDEEM = {
  verification: async (token: unknown) => post('email/verify', { token }),
  reset: async (token: unknown) => post('password/reset', { token, newPassword: NEXT_PASSWORD }),
  change: async (token: unknown) => post('email/change/confirm', { token }),
  undo: async (token: unknown) => post('email/change/undo', { token }),
};
type Kind = keyof typeof REDEEM;
const KINDS = Object.keys(REDEEM) as Kind[];

/** Somebody with a link of each kind. */
async function holder(): Promise<{ id: string; email: string; links: Record<Kind, string> }> {
  const email = `link-holder-${++people}@example.com`;
  const newEmail = `moved-${email}`;
  await post('register', { email, password: PASSWORD });
  const verification = tokenIn(await app.mailFor(email));
  await post('password/forgot', { email });
  const reset = tokenIn(await app.mailFor(email));
  const { accessToken } = await app.signIn({ email, password: PASSWORD });
  await post('email/change', { newEmail, password: PASSWORD }, accessToken);
  const [undo, change] = [tokenIn(await app.mailFor(email)), tokenIn(await app.mailFor(newEmail))];
  const [row] = await app.query<{ id: string }>('SELECT id FROM users WHERE email = $1', [email]);
  return { id: row?.id ?? '', email, links: { verification, reset, change, undo } };
}

const linkCount = async () => (await app.query('SELECT digest FROM one_time_tokens')).length;

describe('the link of a mail', () => {
  it('has a prefix that tells what it is for', async () => {
    const { links } = await holder();
    expect(KINDS.map((kind) => links[kind].replace(/[\w-]{43}$/, ''))).toEqual(['ev_', 'pr_', 'ec_', 'eu_']);
  });

  it.each(KINDS)(
    '(%s) is refused wherever else links are taken, and stays good for what it is for',
    async (kind) => {
      const { links } = await holder();
      const before = await linkCount();
      for (const other of KINDS.filter((route) => route !== kind))
        expectProblem(await REDEEM[other](links[kind]), 422, 'invalid-or-expired-token');
      expect(await linkCount()).toBe(before);
      expect((await REDEEM[kind](links[kind])).status).toBe(204);
      expectProblem(await REDEEM[kind](links[kind]), 422, 'invalid-or-expired-token');
    },
  );

  it.each(KINDS)('(%s) acts for its user alone', async (kind) => {
    const [one, other] = await Promise.all([holder(), holder()]);
    const stateOfOther = async () => {
      const text = `SELECT u::text, c::text AS credential, (SELECT count(*) FROM one_time_tokens WHERE user_id = u.id) AS links
        FROM users u JOIN credentials c ON c.user_id = u.id WHERE u.id = $1`;
      return app.query(text, [other.id]);
    };
    const before = await stateOfOther();
    expect(before).toHaveLength(1);
    expect((await REDEEM[kind](one.links[kind])).status).toBe(204);
    expect(await stateOfOther()).toEqual(before);
  });

  it.each(KINDS)('(%s) used 20 times at once works once', async (kind) => {
    const { links } = await holder();
    const statuses = (await inParallel(20, () => REDEEM[kind](links[kind]))).map(({ status }) => status);
    expect(statuses.toSorted((one, other) => one - other)).toEqual([
      204,
      ...Array.from({ length: 19 }, () => 422),
    ]);
  });

  it('is refused with any of its bits flipped, and good as it came', async () => {
    const { links } = await holder();
    const bytes = Buffer.from(links.verification, 'latin1');
    const flipped = Array.from({ length: bytes.length * 8 }, (_, bit) => {
      const copy = Buffer.from(bytes);
      copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      return copy.toString('latin1');
    });
    const statuses: string[] = [];
    for (const token of flipped) {
      const { status, body } = await REDEEM.verification(token);
      statuses.push(`${status} ${body.code}`);
    }
    expect(new Set(statuses)).toEqual(new Set(['422 invalid-or-expired-token']));
    expect((await REDEEM.verification(links.verification)).status).toBe(204);
  });

  const otherThanItCame: [string, (token: string) => unknown][] = [
    ['without its prefix', (token) => token.slice(3)],
    ['without its last letter', (token) => token.slice(0, -1)],
    ['with a letter more', (token) => `${token}A`],
    ['in other cases', (token) => token.toUpperCase()],
    ['with the prefix of another purpose', (token) => `ev_${token.slice(3)}`],
    ['with white space around it', (token) => ` ${token}\n`],
    ['with a NUL at its end', (token) => `${token}\0`],
    ['twice', (token) => token + token],
    ['padded', (token) => `${token}=`],
    ['as the link it stood in', (token) => `https://auth.example.test/account#token=${token}`],
    ['in wide letters', (token) => token.replace('pr', 'ｐｒ')],
    ['with half a surrogate pair', (token) => `${token}\ud800`],
    ['in a list', (token) => [token]],
    ['in an object', (token) => ({ token })],
    ['as an object that is like it', (token) => ({ length: token.length, toString: token })],
    ['as a pattern', () => '%'],
    ['as a list of nothing', () => []],
    ['as a number', () => 7],
    ['as true', () => true],
    ['as null', () => null],
    ['as nothing', () => undefined],
    ['empty', () => ''],
    ['with 60,000 letters', (token) => token + 'A'.repeat(60_000)],
  ];

  it('is refused however else than it came', async () => {
    const { links } = await holder();
    for (const [name, change] of otherThanItCame) {
      const { status, body } = await REDEEM.reset(change(links.reset));
      expect([name, status, body.code]).toEqual([
        name,
        422,
        expect.stringMatching(/^(invalid-or-expired-token|validation-failed)$/),
      ]);
    }
    const tooLarge = await REDEEM.reset(links.reset + 'A'.repeat(2 ** 20));
    expectProblem(tooLarge, 413, 'payload-too-large');
    expect((await REDEEM.reset(links.reset)).status).toBe(204);
  });
});

describe('20 wishes for a link at once', () => {
  it.each(['password/forgot', 'email/verify/resend'])(
    '(%s) send five mails, whose links all work',
    async (route) => {
      const email = `wisher-${++people}@example.com`;
      await post('register', { email, password: PASSWORD });
      await app.mailFor(email);
      app.clock.advance({ days: 1 });
      const before = app.smtp.for(email).length;
      const wish = async () => (await post(route, { email })).status;
      expect(new Set(await inParallel(20, wish))).toEqual(new Set([202]));
      await app.mailsSent();
      const mails = app.smtp.for(email).slice(before);
      expect(new Set(mails.map(tokenIn)).size).toBe(5);
      expect(mails).toHaveLength(5);
      await wish();
      await app.mailsSent();
      expect(app.smtp.for(email)).toHaveLength(before + 5);
      const kind = route === 'password/forgot' ? 'reset' : 'verification';
      const statuses = await Promise.all(
        mails.map(async (mail) => (await REDEEM[kind](tokenIn(mail))).status),
      );
      expect(statuses.toSorted((one, other) => one - other)).toEqual([204, 422, 422, 422, 422]);
    },
  );
});

describe('two links of one user that are used at once', () => {
  const PURPOSE = { name: 'visit', prefix: 'vi_', lifetimeMs: 60_000 };

  it('never wait for each other for ever: one works, in any order, and whatever else ends them', async () => {
    const tokens = app.nest.get(OneTimeTokens);
    const { id: userId } = await holder();
    for (let round = 0; round < 50; round++) {
      const issued = await Promise.all([1, 2, 3, 4].map(async () => tokens.issue(PURPOSE, { userId })));
      const uses = issued.map(async (one) => tokens.redeem(PURPOSE, one?.token ?? ''));
      const ends = round % 2 ? [] : [tokens.endOf(userId, PURPOSE), tokens.endOf(userId)];
      const outcomes = await Promise.allSettled(uses);
      expect((await Promise.allSettled(ends)).map(({ status }) => status)).not.toContain('rejected');
      const refusals = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
      for (const refusal of refusals) expect(refusal).toMatchObject({ code: 'invalid-or-expired-token' });
      if (round % 2) expect(refusals).toHaveLength(3);
    }
  });

  it('of the one kind or of two, leave no answer but 204 and 422', async () => {
    await inParallel(8, async () => {
      const { email, links } = await holder();
      await post('password/forgot', { email });
      const second = tokenIn(await app.mailFor(email));
      const { reset, change, undo } = REDEEM;
      const uses = [reset(links.reset), reset(second), change(links.change), undo(links.undo)];
      const [one, two, ...others] = (await Promise.all(uses)).map(({ status }) => status);
      for (const status of [one, two, ...others]) expect([204, 422]).toContain(status);
      expect([one, two]).toContain(422);
    });
  });
});
