import { PASSWORD, startApp, type TestApp } from './support/app';
import {
  askForChange,
  canSignIn,
  confirmChange,
  expectDead,
  moveTo,
  profileWith,
  undoChange,
} from './support/email-change';
import { inParallel } from './support/parallel';
import { expectOpen } from './support/sessions';
import { newAddress, someoneVerified, type Registration } from './support/registrations';
import { nextLink } from './support/mailbox';
import { reset } from './support/password-reset';

describe('confirming another address', () => {
  let app: TestApp;
  let person: Registration;
  let newEmail: string;
  let moved: Registration;
  /** The links that the new and the old mailbox got. */
  let confirmation: string;
  let undo: string;

  beforeAll(async () => {
    app = await startApp({ smtp: true });
  });

  beforeEach(async () => {
    person = await someoneVerified(app);
    [newEmail, confirmation, undo] = await asked(person);
    moved = { ...person, email: newEmail };
  });

  afterAll(async () => app.close());

  /** Has asked for a change. */
  async function asked(who: Registration, to = newAddress()): Promise<[string, string, string]> {
    await askForChange(app, await app.signIn(who), to, who.password);
    return [to, await nextLink(app, to), await nextLink(app, who.email)];
  }

  const confirm = async (token = confirmation) => confirmChange(app, token);
  /** All that an account is, but for where somebody is signed in. */
  const stored = async () => [
    await app.query('SELECT * FROM users ORDER BY id'),
    await app.query('SELECT * FROM former_emails ORDER BY email'),
    await app.query('SELECT * FROM one_time_tokens ORDER BY digest'),
  ];

  it('moves the account: the new address signs in and the old one does not', async () => {
    const { status, text, headers } = await confirm();
    expect([status, text, headers.get('cache-control')]).toEqual([204, '', 'no-store']);
    expect(await canSignIn(app, moved)).toBe(true);
    expect(await canSignIn(app, person)).toBe(false);
  });

  it('lets the sessions go on, and all of them see the new address', async () => {
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

  it('proves the mailbox of an account whose former one never was', async () => {
    const unproven = await app.registers();
    const verification = await nextLink(app, unproven.email);
    const tokens = await app.signIn(unproven);
    const [to, link] = await asked(unproven);
    expect((await confirm(link)).status).toBe(204);
    expect(await profileWith(app, tokens.accessToken)).toMatchObject({ email: to, emailVerified: true });
    expectDead(await app.api.post('/v1/auth/email/verify', { json: { token: verification } }));
  });

  it('works once', async () => {
    expect((await confirm()).status).toBe(204);
    expectDead(await confirm());
  });

  it('works once of 20 times at once', async () => {
    const answers = await inParallel(20, async () => confirm());
    const failed = answers.filter(({ status }) => status !== 204);
    expect(failed).toHaveLength(19);
    expectDead(...failed);
  });

  it('works until 24 hours are over, to the millisecond', async () => {
    const [, tooLate] = await asked(await someoneVerified(app));
    app.clock.advance({ hours: 24, milliseconds: -1 });
    expect((await confirm()).status).toBe(204);
    app.clock.advance({ milliseconds: 1 });
    expectDead(await confirm(tooLate));
  });

  it.each(['', 'ec_', `ec_${'A'.repeat(43)}`, 'nonsense', '\0', "' OR true --"])(
    'does not work with %j',
    async (token) => {
      expectDead(await confirm(token));
    },
  );

  it('takes no link of another purpose, and no other purpose takes this link', async () => {
    expectDead(await confirm(undo), await undoChange(app, confirmation));
    expectDead(await reset(app, confirmation, PASSWORD));
    expectDead(await app.api.post('/v1/auth/email/verify', { json: { token: confirmation } }));
    expect((await confirm()).status).toBe(204);
  });

  it('ends what else was asked for: other addresses, and a password for the old mailbox', async () => {
    const [, other] = await asked(person);
    await app.api.post('/v1/auth/password/forgot', { json: { email: person.email } });
    const link = await nextLink(app, person.email);
    expect((await confirm()).status).toBe(204);
    expectDead(await confirm(other), await reset(app, link, 'nine calm badgers on a ferry'));
  });

  it('is refused where somebody has the address by then, and changes nothing', async () => {
    await app.api.post('/v1/auth/register', { json: { email: newEmail, password: PASSWORD } });
    await app.mailsSent();
    const before = await stored();
    expectDead(await confirm(), await confirm());
    expect(await stored()).toEqual(before);
    expect(await canSignIn(app, person)).toBe(true);
  });

  it('gives an address to one of two who confirm it at once', async () => {
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

    it('from whoever registers it, for 7 days to the millisecond, with the same answer', async () => {
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

    it('from whoever changes to it, also where they asked while it was free', async () => {
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

    it('for its user, who can go back and forth', async () => {
      await confirm();
      await moveTo(app, moved, person.email);
      expect(await canSignIn(app, person)).toBe(true);
      await moveTo(app, person, newEmail);
      expect([await canSignIn(app, moved), await canSignIn(app, person)]).toEqual([true, false]);
    });
  });
});
