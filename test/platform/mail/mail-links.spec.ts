import { OneTimeTokens } from '../../../src/platform/one-time-tokens';
import type { TestApp } from '../../support/app';
import { LINK_KINDS, linkHolder, redeemLink, withFlippedBits } from '../../support/link-holder';
import { resetLink } from '../../support/password-reset';
import { expectProblem } from '../../support/problem';
import { linkOf, newAddress } from '../../support/registrations';
import { sharedApp } from '../../support/shared-app';

let app: TestApp;

beforeAll(async () => {
  app = await sharedApp({ smtp: true });
});

/** All that is stored of an account, and how many links it has. */
const storedOf = async (id: string) =>
  app.query(
    `SELECT u::text, c::text AS credential, (SELECT count(*) FROM one_time_tokens WHERE user_id = u.id) AS links
      FROM users u JOIN credentials c ON c.user_id = u.id WHERE u.id = $1`,
    [id],
  );

// Every bit of a token, and links used many times at once: test/slow/mail-links.spec.ts.
describe('the link of a mail', () => {
  let other: Awaited<ReturnType<typeof linkHolder>>;

  beforeAll(async () => {
    other = await linkHolder(app);
  });

  it('has a prefix that states its purpose', () => {
    const prefixes = LINK_KINDS.map((kind) => other.links[kind].replace(/[\w-]{43}$/, ''));
    expect(prefixes).toEqual(['ev_', 'pr_', 'ec_', 'eu_']);
  });

  it.each(LINK_KINDS)(
    '(%s) works where it is meant to and nowhere else, once, and acts for its user alone',
    async (kind) => {
      const { id, links } = await linkHolder(app);
      const [before, [beforeOther]] = [await storedOf(id), await storedOf(other.id)];
      for (const wrong of LINK_KINDS.filter((each) => each !== kind))
        expectProblem(await redeemLink(app, wrong, links[kind]), 422, 'invalid-or-expired-token');
      expect(await storedOf(id)).toEqual(before);
      expect((await redeemLink(app, kind, links[kind])).status).toBe(204);
      expectProblem(await redeemLink(app, kind, links[kind]), 422, 'invalid-or-expired-token');
      expect(await storedOf(other.id)).toEqual([beforeOther]);
    },
  );

  it('is refused with a bit flipped, and accepted unchanged', async () => {
    const link = await linkOf(app, { email: newAddress(), password: 'teal otters juggle 7 lanterns' });
    for (const token of withFlippedBits(link, [5, 30, 100, 367]))
      expectProblem(await redeemLink(app, 'verification', token), 422, 'invalid-or-expired-token');
    expect((await redeemLink(app, 'verification', link)).status).toBe(204);
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

  it('is refused in any other form', async () => {
    const link = await resetLink(app, (await app.someone()).email);
    for (const [name, change] of otherThanItCame) {
      const { status, body } = await redeemLink(app, 'reset', change(link));
      expect([name, status, body.code]).toEqual([
        name,
        422,
        expect.stringMatching(/^(invalid-or-expired-token|validation-failed)$/),
      ]);
    }
    const tooLarge = await redeemLink(app, 'reset', link + 'A'.repeat(2 ** 20));
    expectProblem(tooLarge, 413, 'payload-too-large');
    expect((await redeemLink(app, 'reset', link)).status).toBe(204);
  });
});

describe('several links of one user that are used at once', () => {
  const PURPOSE = { name: 'visit', prefix: 'vi_', lifetimeMs: 60_000 };

  it('never deadlock: one works', async () => {
    const tokens = app.nest.get(OneTimeTokens);
    const [row] = await app.query<{ id: string }>('SELECT id FROM users LIMIT 1');
    const userId = row?.id ?? '';
    for (let round = 0; round < 4; round++) {
      const issued = await Promise.all([1, 2, 3, 4].map(async () => tokens.issue(PURPOSE, { userId })));
      const uses = issued.map(async (one) => tokens.redeem(PURPOSE, one?.token ?? ''));
      const refusals = (await Promise.allSettled(uses)).filter(({ status }) => status === 'rejected');
      expect(refusals).toHaveLength(3);
      for (const refusal of refusals)
        expect(refusal).toMatchObject({ reason: { code: 'invalid-or-expired-token' } });
    }
  });

  it('are answered 204 and 422, of one kind or of several', async () => {
    const { email, links } = await linkHolder(app);
    const second = await resetLink(app, email);
    const uses = [
      redeemLink(app, 'reset', links.reset),
      redeemLink(app, 'reset', second),
      redeemLink(app, 'change', links.change),
      redeemLink(app, 'undo', links.undo),
    ];
    const [one, two, ...others] = (await Promise.all(uses)).map(({ status }) => status);
    for (const status of [one, two, ...others]) expect([204, 422]).toContain(status);
    expect([one, two]).toContain(422);
  });
});
