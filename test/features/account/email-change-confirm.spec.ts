import { PASSWORD, type TestApp } from '../../support/app';
import {
  askForChange,
  canSignIn,
  confirmChange,
  expectDead,
  moveTo,
  profileWith,
} from '../../support/email-change';
import { inParallel } from '../../support/parallel';
import { expectOpen } from '../../support/sessions';
import { newAddress, someoneVerified, type Registration } from '../../support/registrations';
import { nextLink } from '../../support/mailbox';
import { sharedApp } from '../../support/shared-app';
import { reset } from '../../support/password-reset';

describe('confirming a change of address', () => {
  let app: TestApp;
  let person: Registration;
  let newEmail: string;
  let moved: Registration;
  /** The link that the new mailbox got. */
  let confirmation: string;

  beforeAll(async () => {
    app = await sharedApp({ smtp: true });
  });

  beforeEach(async () => {
    person = await someoneVerified(app);
    [newEmail, confirmation] = await asked(person);
    moved = { ...person, email: newEmail };
  });

  /** Asks for a change. @returns the new address and its link */
  async function asked(who: Registration, to = newAddress()): Promise<[string, string]> {
    await askForChange(app, await app.signIn(who), to, who.password);
    await nextLink(app, who.email);
    return [to, await nextLink(app, to)];
  }

  const confirm = async (token = confirmation) => confirmChange(app, token);
  /** What is stored of the accounts of these addresses, but for their sessions. */
  const stored = async (...emails: string[]) =>
    Promise.all(
      [
        'SELECT * FROM users WHERE email = ANY ($1) ORDER BY id',
        'SELECT * FROM former_emails WHERE email = ANY ($1) ORDER BY email',
        `SELECT t.* FROM one_time_tokens t JOIN users u ON u.id = user_id WHERE email = ANY ($1) ORDER BY digest`,
      ].map(async (text) => app.query(text, [emails])),
    );

  it('changes the address: the user signs in with the new address and not with the old one', async () => {
    const { status, text, headers } = await confirm();
    expect([status, text, headers.get('cache-control')]).toEqual([204, '', 'no-store']);
    expect(await canSignIn(app, moved)).toBe(true);
    expect(await canSignIn(app, person)).toBe(false);
  });

  it('keeps the sessions, and each returns the new address', async () => {
    const [here, there] = [await app.signIn(person), await app.signIn(person)];
    const before = await profileWith(app, here.accessToken);
    app.clock.advance({ minutes: 1 });
    expect((await confirm()).status).toBe(204);
    expect(await profileWith(app, there.accessToken)).toEqual({
      ...before,
      email: newEmail,
      emailVerified: true,
      updatedAt: app.clock.now().toISOString(),
    });
    await expectOpen(app, here, there);
  });

  it('verifies the address of an account whose former address was not verified', async () => {
    const unproven = await app.registers();
    const verification = await nextLink(app, unproven.email);
    const tokens = await app.signIn(unproven);
    const [to, link] = await asked(unproven);
    expect((await confirm(link)).status).toBe(204);
    expect(await profileWith(app, tokens.accessToken)).toMatchObject({ email: to, emailVerified: true });
    expectDead(await app.api.post('/v1/auth/email/verify', { json: { token: verification } }));
  });

  it('works once, of four times at once', async () => {
    const answers = await inParallel(4, async () => confirm());
    const failed = answers.filter(({ status }) => status !== 204);
    expect(failed).toHaveLength(3);
    expectDead(...failed, await confirm());
  });

  it('works until 24 hours are over, to the millisecond', async () => {
    const [, tooLate] = await asked(await someoneVerified(app));
    app.clock.advance({ hours: 24, milliseconds: -1 });
    expect((await confirm()).status).toBe(204);
    app.clock.advance({ milliseconds: 1 });
    expectDead(await confirm(tooLate));
  });

  it('does not work with a link that was not sent', async () => {
    for (const token of ['', `ec_${'A'.repeat(43)}`, '\0', "' OR true --"]) expectDead(await confirm(token));
  });

  it('revokes the other pending links: changes to other addresses and password resets of the old mailbox', async () => {
    const [, other] = await asked(person);
    await app.api.post('/v1/auth/password/forgot', { json: { email: person.email } });
    const link = await nextLink(app, person.email);
    expect((await confirm()).status).toBe(204);
    expectDead(await confirm(other), await reset(app, link, 'nine calm badgers on a ferry'));
  });

  it('is refused where another account has the address by then, and changes nothing', async () => {
    await app.api.post('/v1/auth/register', { json: { email: newEmail, password: PASSWORD } });
    await app.mailsSent();
    const before = await stored(person.email, newEmail);
    expectDead(await confirm(), await confirm());
    expect(await stored(person.email, newEmail)).toEqual(before);
    expect(await canSignIn(app, person)).toBe(true);
  });

  it('assigns an address to one of two accounts that confirm it at once', async () => {
    const rival = await someoneVerified(app);
    const [, other] = await asked(rival, newEmail);
    const answers = await inParallel(2, (index) => confirm(index === 0 ? confirmation : other));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([204, 422]));
    const [loser, winner] = answers[0]?.status === 204 ? [rival, person] : [person, rival];
    expect([await canSignIn(app, loser), await canSignIn(app, winner)]).toEqual([true, false]);
    expect(await app.query('SELECT id FROM users WHERE email = $1', [newEmail])).toHaveLength(1);
  });

  describe('keeps the old address', () => {
    const register = async (email: string) =>
      app.api.post('/v1/auth/register', { json: { email, password: PASSWORD } });
    const holdersOf = async (email: string) => app.query('SELECT id FROM users WHERE email = $1', [email]);

    it('against a registration, for 7 days to the millisecond, with the same response', async () => {
      await confirm();
      app.clock.advance({ days: 7, milliseconds: -1 });
      const early = await register(person.email);
      expect(await holdersOf(person.email)).toEqual([]);
      expect(await canSignIn(app, person)).toBe(false);
      app.clock.advance({ milliseconds: 1 });
      const late = await register(person.email);
      expect(await holdersOf(person.email)).toHaveLength(1);
      const free = await register(newAddress());
      expect([early.status, early.text]).toEqual([202, '{}']);
      for (const answer of [late, free]) {
        expect([answer.status, answer.text]).toEqual([early.status, early.text]);
        expect([...answer.headers.keys()]).toEqual([...early.headers.keys()]);
      }
    });

    it('against a change to it, also one that was requested while it was free', async () => {
      const other = await someoneVerified(app);
      const former = newAddress();
      const [, early] = await asked(other, former);
      await moveTo(app, person, former);
      await moveTo(app, { ...person, email: former }, newAddress());
      expectDead(await confirm(early));
      expect(await holdersOf(former)).toEqual([]);
      app.clock.advance({ days: 7 });
      await moveTo(app, other, former);
      expect(await holdersOf(former)).toHaveLength(1);
    });

    it('for its user, who can change back and forth', async () => {
      await confirm();
      await moveTo(app, moved, person.email);
      expect(await canSignIn(app, person)).toBe(true);
      await moveTo(app, person, newEmail);
      expect([await canSignIn(app, moved), await canSignIn(app, person)]).toEqual([true, false]);
    });
  });
});
