import type { Answer, TokenBody } from '../../support/api';
import { PASSWORD, type TestApp } from '../../support/app';
import {
  askForChange,
  canSignIn,
  confirmChange,
  expectDead,
  moveTo,
  profileWith,
  undoChange,
} from '../../support/email-change';
import { inParallel } from '../../support/parallel';
import { expectProblem, violations } from '../../support/problem';
import { tokenIn } from '../../support/smtp-sink';
import { newAddress, someoneVerified } from '../../support/registrations';
import { nextLink } from '../../support/mailbox';
import { sharedApp } from '../../support/shared-app';

describe('requesting a change of address', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await sharedApp({ smtp: true });
  });

  /** A signed-in user with a verified address. */
  async function signedIn() {
    const person = await someoneVerified(app);
    return { person, tokens: await app.signIn(person) };
  }

  /** All that the caller sees of an answer, but for what differs in any two answers. */
  function visible({ status, text, headers }: Answer<object>) {
    const { date, 'x-request-id': requestId, ...others } = Object.fromEntries(headers);
    expect([date, requestId]).not.toContain(undefined);
    return { status, text, others };
  }

  /** How many mails went to each of these. */
  const arrived = async (...addresses: string[]) => {
    await app.mailsSent();
    return addresses.map((address) => app.smtp.for(address).length);
  };

  const addresses: [string, string, (own: string) => Promise<string>][] = [
    ['free', 'email-change', async () => newAddress()],
    ['taken and verified', 'address-taken', async () => (await someoneVerified(app)).email],
    ['taken and not verified', 'address-taken', async () => (await app.someone()).email],
    [
      'reserved',
      'address-taken',
      async () => {
        const other = await someoneVerified(app);
        await moveTo(app, other, newAddress());
        return other.email;
      },
    ],
    ["the user's own", 'email-change', async (own) => own],
    ["the user's own in capitals", 'email-change', async (own) => own.toUpperCase()],
  ];
  const SUBJECTS: Readonly<Record<string, string>> = {
    'email-change': 'Confirm your new address for Gatehouse',
    'address-taken': 'You already have an account at Gatehouse',
  };

  describe('the response and the mails', () => {
    let other: TokenBody;

    beforeAll(async () => {
      ({ tokens: other } = await signedIn());
    });

    it.each(addresses)(
      'for an address that is %s: the usual answer, the mail %s, a warning',
      async (...row) => {
        const [, kind, address] = row;
        const { person, tokens } = await signedIn();
        const newEmail = await address(person.email);
        const to = newEmail.toLowerCase();
        const before = await arrived(to, person.email);
        const answer = visible(await askForChange(app, tokens, newEmail));
        expect(answer).toMatchObject({ status: 202, text: '{}', others: { 'cache-control': 'no-store' } });
        expect(answer).toEqual(visible(await askForChange(app, other, newAddress())));
        const isOwn = to === person.email;
        expect(await arrived(to, person.email)).toEqual(before.map((count) => count + (isOwn ? 2 : 1)));

        const mails = await Promise.all(
          (isOwn ? [to, to] : [to, person.email]).map((box) => app.mailFor(box)),
        );
        const warning = mails.find(({ subject }) => /is to be changed/.test(subject));
        const mail = mails.find((each) => each !== warning);
        expect(warning && tokenIn(warning)).toMatch(/^eu_[\w-]{43}$/);
        expect(mail?.subject).toBe(SUBJECTS[kind]);
        if (kind === 'email-change') expect(mail && tokenIn(mail)).toMatch(/^ec_[\w-]{43}$/);
        else expect(mail?.text).not.toContain('#token=');
        // The one tells neither of the account nor of its address, the other does not tell the new address.
        if (!isOwn) expect(`${mail?.raw}`).not.toContain(person.email);
        if (!isOwn) expect(`${warning?.raw}`).not.toContain(to);
      },
    );
  });

  it('changes nothing yet', async () => {
    const { person, tokens } = await signedIn();
    const before = await profileWith(app, tokens.accessToken);
    const newEmail = newAddress();
    await askForChange(app, tokens, newEmail);
    expect(await profileWith(app, tokens.accessToken)).toEqual(before);
    expect(await canSignIn(app, person)).toBe(true);
    expect(await canSignIn(app, { ...person, email: newEmail })).toBe(false);
  });

  it('with a wrong password is refused and sends no mail', async () => {
    const { person, tokens } = await signedIn();
    const [newEmail, before] = [newAddress(), await arrived(person.email)];
    const answer = await askForChange(app, tokens, newEmail, `${PASSWORD}!`);
    expectProblem(answer, 401, 'invalid-credentials');
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="Gatehouse"');
    expect(await arrived(person.email, newEmail)).toEqual([...before, 0]);
  });

  it('requires a sign-in', async () => {
    const json = { newEmail: newAddress(), password: PASSWORD };
    expectProblem(await app.api.post('/v1/auth/email/change', { json }), 401, 'authentication-required');
  });

  it('is refused without a well-formed address', async () => {
    const { accessToken: token } = await app.signIn();
    for (const newEmail of ['', 'ada@example', 'ada@example.com\r\nBcc: eve@example.com', 7, null]) {
      const json = { newEmail, password: PASSWORD };
      const answer: Answer<never> = await app.api.post('/v1/auth/email/change', { token, json });
      expectProblem(answer, 422, 'validation-failed');
      expect(Object.keys(violations(answer))).toEqual(['/newEmail']);
    }
  });

  it('a sixth time while five are pending gets the same response, sends no mail and revokes no link', async () => {
    const { person, tokens } = await signedIn();
    const boxes = Array.from({ length: 5 }, newAddress);
    const answers: Answer<object>[] = [];
    for (const box of boxes) answers.push(await askForChange(app, tokens, box));
    const before = await arrived(person.email);
    const sixth = newAddress();
    answers.push(await askForChange(app, tokens, sixth));
    expect(answers.map(({ status, text }) => `${status} ${text}`)).toEqual(Array(6).fill('202 {}'));
    expect(await arrived(person.email, sixth)).toEqual([...before, 0]);

    app.clock.advance({ hours: 24, milliseconds: -1 });
    const [first = '', second = ''] = boxes;
    expect((await askForChange(app, await app.signIn(person), sixth)).status).toBe(202);
    expect(await arrived(sixth)).toEqual([0]);
    expect((await confirmChange(app, await nextLink(app, first))).status).toBe(204);
    // Another one is allowed again, because that one revoked the others.
    expectDead(await confirmChange(app, await nextLink(app, second)));
    const moved = { ...person, email: first };
    expect((await askForChange(app, await app.signIn(moved), sixth)).status).toBe(202);
    expect(await arrived(sixth)).toEqual([1]);
  });

  it('seven times at once leaves five pending changes, each with its notice', async () => {
    const { person, tokens } = await signedIn();
    const [before = 0] = await arrived(person.email);
    const boxes = Array.from({ length: 7 }, newAddress);
    await inParallel(7, (index) => askForChange(app, tokens, boxes[index] ?? ''));
    const counts = await arrived(...boxes, person.email);
    expect(counts.pop()).toBe(before + 5);
    expect(counts.filter((count) => count === 0)).toHaveLength(2);
    expect(counts.filter((count) => count === 1)).toHaveLength(5);
  });

  it('is cancelled by a change of the password; its undo link stays valid', async () => {
    const { person, tokens } = await signedIn();
    const { accessToken: token } = tokens;
    const newEmail = newAddress();
    await askForChange(app, tokens, newEmail);
    const undo = await nextLink(app, person.email);
    const json = { currentPassword: PASSWORD, newPassword: 'nine calm badgers on a ferry' };
    expect((await app.api.post('/v1/auth/password/change', { token, json })).status).toBe(204);
    expectDead(await confirmChange(app, await nextLink(app, newEmail)));
    expect((await undoChange(app, undo)).status).toBe(204);
  });
});
