import { OneTimeTokens } from '../../src/platform/one-time-tokens';
import { PASSWORD, startApp, type TestApp } from '../support/app';
import { LINK_KINDS, linkHolder, redeemLink, withFlippedBits } from '../support/link-holder';
import { inParallel } from '../support/parallel';
import { resetLink } from '../support/password-reset';
import { linkOf, newAddress } from '../support/registrations';
import { tokenIn } from '../support/smtp-sink';

let app: TestApp;

beforeAll(async () => {
  app = await startApp({ smtp: true });
});

afterAll(async () => app.close());

const sorted = (statuses: readonly number[]) => statuses.toSorted((one, other) => one - other);

describe('the link of a mail', () => {
  it.each(LINK_KINDS)('(%s) used 20 times at once works once', async (kind) => {
    const { links } = await linkHolder(app);
    const answers = await inParallel(20, async () => redeemLink(app, kind, links[kind]));
    const refusals = Array.from({ length: 19 }, () => 422);
    expect(sorted(answers.map(({ status }) => status))).toEqual([204, ...refusals]);
  });

  it('is refused with any of its bits flipped, and good as it came', async () => {
    const link = await linkOf(app, { email: newAddress(), password: PASSWORD });
    const bits = Array.from({ length: link.length * 8 }, (_, bit) => bit);
    const codes = new Set<string>();
    for (const token of withFlippedBits(link, bits)) {
      const { status, body } = await redeemLink(app, 'verification', token);
      codes.add(`${status} ${body.code}`);
    }
    expect(codes).toEqual(new Set(['422 invalid-or-expired-token']));
    expect((await redeemLink(app, 'verification', link)).status).toBe(204);
  });
});

describe('20 requests for a link at once', () => {
  it.each(['password/forgot', 'email/verify/resend'])(
    '(%s) send five mails, whose links all work',
    async (route) => {
      const email = newAddress();
      await linkOf(app, { email, password: PASSWORD });
      app.clock.advance({ days: 1 });
      const before = app.smtp.for(email).length;
      const ask = async () => (await app.api.post(`/v1/auth/${route}`, { json: { email } })).status;
      expect(new Set(await inParallel(20, ask))).toEqual(new Set([202]));
      await app.mailsSent();
      const mails = app.smtp.for(email).slice(before);
      expect(new Set(mails.map(tokenIn)).size).toBe(5);
      expect(mails).toHaveLength(5);
      await ask();
      await app.mailsSent();
      expect(app.smtp.for(email)).toHaveLength(before + 5);
      const kind = route === 'password/forgot' ? 'reset' : 'verification';
      const answers = await Promise.all(mails.map(async (mail) => redeemLink(app, kind, tokenIn(mail))));
      expect(sorted(answers.map(({ status }) => status))).toEqual([204, 422, 422, 422, 422]);
    },
  );
});

describe('several links of one user that are used at once', () => {
  const PURPOSE = { name: 'visit', prefix: 'vi_', lifetimeMs: 60_000 };

  it('never wait for each other for ever: one works, in any order, and whatever else ends them', async () => {
    const tokens = app.nest.get(OneTimeTokens);
    const { id: userId } = await linkHolder(app);
    for (let round = 0; round < 50; round++) {
      const issued = await Promise.all([1, 2, 3, 4].map(async () => tokens.issue(PURPOSE, { userId })));
      const uses = issued.map(async (one) => tokens.redeem(PURPOSE, one?.token ?? ''));
      const ends = round % 2 ? [] : [tokens.revokeAllOf(userId, PURPOSE), tokens.revokeAllOf(userId)];
      const outcomes = await Promise.allSettled(uses);
      expect((await Promise.allSettled(ends)).map(({ status }) => status)).not.toContain('rejected');
      const refusals = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
      for (const refusal of refusals) expect(refusal).toMatchObject({ code: 'invalid-or-expired-token' });
      if (round % 2) expect(refusals).toHaveLength(3);
    }
  });

  it('are answered 204 and 422, of one kind or of several', async () => {
    await inParallel(8, async () => {
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
});
