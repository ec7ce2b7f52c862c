import type { TestApp } from '../../support/app';
import {
  askForChange,
  canSignIn,
  confirmChange,
  expectDead,
  moveTo,
  undoChange,
} from '../../support/email-change';
import { inParallel } from '../../support/parallel';
import { expectOver } from '../../support/sessions';
import { tokenIn } from '../../support/smtp-sink';
import { newAddress, someoneVerified, type Registration } from '../../support/registrations';
import { nextLink } from '../../support/mailbox';
import { sharedApp } from '../../support/shared-app';
import { reset } from '../../support/password-reset';

const NEW_PASSWORD = 'nine calm badgers on a ferry';

describe('undoing a change of address', () => {
  let app: TestApp;
  let person: Registration;
  let newEmail: string;

  beforeAll(async () => {
    app = await sharedApp({ smtp: true });
  });

  beforeEach(async () => {
    person = await someoneVerified(app);
    newEmail = newAddress();
  });

  const undo = async (token: string) => undoChange(app, token);
  const userOf = async (email: string) =>
    app.query<{ id: string }>('SELECT id FROM users WHERE email = $1', [email]);
  /** The owner sets a password by the mail that the undo sent, and signs in at the former address alone. */
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

  it.each(moments)(
    '%s restores the address, voids the password, ends every session, and mails a link to set another',
    async (_, changed) => {
      const [user] = await userOf(person.email);
      const here = await app.signIn(person);
      const link = await changed();
      const moved = (await userOf(newEmail)).length > 0;
      const there = await app.signIn({ ...person, ...(moved && { email: newEmail }) });
      const { status, text, headers } = await undo(link);
      expect([status, text, headers.get('cache-control')]).toEqual([204, '', 'no-store']);
      expect(await userOf(person.email)).toEqual([user]);
      expect(await userOf(newEmail)).toEqual([]);
      expect(await app.query('SELECT 1 FROM credentials WHERE user_id = $1', [user?.id])).toEqual([]);
      await expectOver(app, here, there);
      await expectRecovery();
    },
  );

  it.each(moments)('%s works once, of four times at once', async (_, changed) => {
    const link = await changed();
    const answers = await inParallel(4, async () => undo(link));
    const failed = answers.filter(({ status }) => status !== 204);
    expect(failed).toHaveLength(3);
    expectDead(...failed, await undo(link));
  });

  it('works until 7 days are over, to the millisecond', async () => {
    const link = await moveTo(app, person, newEmail);
    const late = await moveTo(app, await someoneVerified(app), newAddress());
    app.clock.advance({ days: 7, milliseconds: -1 });
    expect((await undo(link)).status).toBe(204);
    app.clock.advance({ milliseconds: 1 });
    expectDead(await undo(late));
  });

  it('revokes the pending links, and makes the known devices unknown', async () => {
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

  it('at the same time as the confirmation restores the former address, whichever came first', async () => {
    await askForChange(app, await app.signIn(person), newEmail);
    const [confirmation, link] = [await nextLink(app, newEmail), await nextLink(app, person.email)];
    const [, undone] = await Promise.all([confirmChange(app, confirmation), undo(link)]);
    expect(undone.status).toBe(204);
    expect(await userOf(newEmail)).toEqual([]);
    await expectRecovery();
  });

  it('stays possible after further changes, confirmed or not', async () => {
    const link = await moveTo(app, person, newEmail);
    const tokens = await app.signIn({ ...person, email: newEmail });
    const boxes = Array.from({ length: 6 }, newAddress);
    for (const [index, box] of boxes.entries()) {
      app.clock.advance({ minutes: 1 });
      await askForChange(app, tokens, box);
      // Confirming one ends the others.
      if (index % 3 === 0) expect((await confirmChange(app, await nextLink(app, box))).status).toBe(204);
    }
    expect((await undo(link)).status).toBe(204);
    for (const box of boxes) expect(await userOf(box)).toEqual([]);
    await expectRecovery();
  });

  it('of a later change leaves the link of an earlier one valid, and not the other way round', async () => {
    const first = await moveTo(app, person, newEmail);
    app.clock.advance({ minutes: 1 });
    const second = await moveTo(app, { ...person, email: newEmail }, newAddress());
    expect((await undo(second)).status).toBe(204);
    expect(tokenIn(await app.mailFor(newEmail))).toMatch(/^pr_/);
    expect((await undo(first)).status).toBe(204);
    expectDead(await undo(second));
    await expectRecovery();
  });

  it('of an earlier change revokes the link of a later one', async () => {
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
