import { startApp, type TestApp } from './support/app';
import {
  askForChange,
  canSignIn,
  confirmChange,
  expectDead,
  moveTo,
  undoChange,
} from './support/email-change';
import { inParallel } from './support/parallel';
import { expectOver } from './support/sessions';
import { tokenIn } from './support/smtp-sink';
import { newAddress, someoneVerified, type Registration } from './support/registrations';
import { nextLink } from './support/mailbox';
import { reset } from './support/password-reset';

const NEW_PASSWORD = 'nine calm badgers on a ferry';

describe('undoing a change of address', () => {
  let app: TestApp;
  let person: Registration;
  let newEmail: string;

  beforeAll(async () => {
    app = await startApp({ smtp: true });
  });

  beforeEach(async () => {
    person = await someoneVerified(app);
    newEmail = newAddress();
  });

  afterAll(async () => app.close());

  const undo = async (token: string) => undoChange(app, token);
  const userOf = async (email: string) =>
    app.query<{ id: string }>('SELECT id FROM users WHERE email = $1', [email]);
  /** The owner has the account back: by the mail that the undo caused, and by nothing else. */
  const expectRecovery = async () => {
    expect(await canSignIn(app, person)).toBe(false);
    expect((await reset(app, await nextLink(app, person.email), NEW_PASSWORD)).status).toBe(204);
    expect(await canSignIn(app, { ...person, password: NEW_PASSWORD })).toBe(true);
    expect(await canSignIn(app, { email: newEmail, password: NEW_PASSWORD })).toBe(false);
  };

  const moments: [string, () => Promise<string>][] = [
    [
      'before it is confirmed',
      async () => {
        await askForChange(app, await app.signIn(person), newEmail);
        return nextLink(app, person.email);
      },
    ],
    ['after it was confirmed', async () => moveTo(app, person, newEmail)],
  ];

  describe.each(moments)('%s', (_, changed) => {
    it('restores the address, voids the password, and mails a link to set another', async () => {
      const [user] = await userOf(person.email);
      const { status, text, headers } = await undo(await changed());
      expect([status, text, headers.get('cache-control')]).toEqual([204, '', 'no-store']);
      expect(await userOf(person.email)).toEqual([user]);
      expect(await userOf(newEmail)).toEqual([]);
      expect(await app.query('SELECT 1 FROM credentials WHERE user_id = $1', [user?.id])).toEqual([]);
      await expectRecovery();
    });

    it('ends every session', async () => {
      const here = await app.signIn(person);
      const link = await changed();
      const there = await app.signIn({
        ...person,
        email: (await userOf(newEmail)).length > 0 ? newEmail : person.email,
      });
      expect((await undo(link)).status).toBe(204);
      await expectOver(app, here, there);
    });

    it('works once of 20 times at once', async () => {
      const link = await changed();
      const answers = await inParallel(20, async () => undo(link));
      const failed = answers.filter(({ status }) => status !== 204);
      expect(failed).toHaveLength(19);
      expectDead(...failed, await undo(link));
      await expectRecovery();
    });

    it('works until 7 days are over, to the millisecond', async () => {
      const link = await changed();
      app.clock.advance({ days: 7, milliseconds: -1 });
      expect((await undo(link)).status).toBe(204);
      await expectRecovery();
    });

    it('does not work any more when 7 days are over', async () => {
      const link = await changed();
      app.clock.advance({ days: 7 });
      expectDead(await undo(link));
    });
  });

  it('ends what was asked for, and the devices that were known', async () => {
    const [user] = await app.query<{ devices_epoch: number }>('SELECT * FROM users WHERE email = $1', [
      person.email,
    ]);
    await askForChange(app, await app.signIn(person), newEmail);
    const [confirmation, link] = [await nextLink(app, newEmail), await nextLink(app, person.email)];
    await app.api.post('/v1/auth/password/forgot', { json: { email: person.email } });
    const forgotten = await nextLink(app, person.email);
    expect((await undo(link)).status).toBe(204);
    expectDead(await confirmChange(app, confirmation), await reset(app, forgotten, NEW_PASSWORD));
    expect(await app.query('SELECT devices_epoch FROM users WHERE email = $1', [person.email])).toEqual([
      { devices_epoch: (user?.devices_epoch ?? 0) + 1 },
    ]);
    await expectRecovery();
  });

  it('at once with the confirmation it undoes ends in the former mailbox, whichever came first', async () => {
    await askForChange(app, await app.signIn(person), newEmail);
    const [confirmation, link] = [await nextLink(app, newEmail), await nextLink(app, person.email)];
    const [, undone] = await Promise.all([confirmChange(app, confirmation), undo(link)]);
    expect(undone.status).toBe(204);
    expect(await userOf(newEmail)).toEqual([]);
    await expectRecovery();
  });

  it('is not displaced by seven further changes, confirmed or not', async () => {
    const link = await moveTo(app, person, newEmail);
    const tokens = await app.signIn({ ...person, email: newEmail });
    const boxes = Array.from({ length: 7 }, newAddress);
    for (const box of boxes) {
      app.clock.advance({ minutes: 1 });
      await askForChange(app, tokens, box);
      expect((await confirmChange(app, await nextLink(app, box))).status).toBe(204);
    }
    for (let times = 0; times < 5; times++) await askForChange(app, tokens, newAddress());
    expect((await undo(link)).status).toBe(204);
    expect(await userOf(boxes.at(-1) ?? '')).toEqual([]);
    await expectRecovery();
  });

  it('of a later change leaves the link of an earlier one good, and not the other way round', async () => {
    const first = await moveTo(app, person, newEmail);
    app.clock.advance({ minutes: 1 });
    const second = await moveTo(app, { ...person, email: newEmail }, newAddress());
    expect((await undo(second)).status).toBe(204);
    expect(tokenIn(await app.mailFor(newEmail))).toMatch(/^pr_/);
    expect((await undo(first)).status).toBe(204);
    expectDead(await undo(second));
    await expectRecovery();
  });

  it('of an earlier change ends the link of a later one', async () => {
    const first = await moveTo(app, person, newEmail);
    app.clock.advance({ minutes: 1 });
    const second = await moveTo(app, { ...person, email: newEmail }, newAddress());
    expect((await undo(first)).status).toBe(204);
    expectDead(await undo(second));
    await expectRecovery();
  });

  it('is refused for an account that is disabled', async () => {
    const link = await moveTo(app, person, newEmail);
    await app.query(`UPDATE users SET status = 'disabled' WHERE email = $1`, [newEmail]);
    expectDead(await undo(link));
  });
});
