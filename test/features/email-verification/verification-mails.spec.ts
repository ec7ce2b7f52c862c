import { PASSWORD, type TestApp } from '../../support/app';
import {
  expectGood,
  linkOf,
  logIn,
  newAddress,
  nextLinks,
  profileOf,
  register,
  type Registration,
  resend,
  someoneVerified,
  subjectsFor,
  verify,
} from '../../support/registrations';
import { nextLink } from '../../support/mailbox';
import { sharedApp } from '../../support/shared-app';

const CONFIRM = 'Confirm your address for Gatehouse';
const TAKEN = 'You already have an account at Gatehouse';
const OTHER = 'nine calm badgers on a ferry';

let app: TestApp;

beforeAll(async () => {
  app = await sharedApp({ smtp: true, env: { REQUIRE_VERIFIED_EMAIL: 'true' } });
});

const newcomer = (): Registration => ({ email: newAddress(), password: PASSWORD });

const someoneUnverified = async (): Promise<Registration> => app.someone();

async function disabled(person: Registration): Promise<Registration> {
  await app.query(`UPDATE users SET status = 'disabled' WHERE email = $1`, [person.email]);
  return person;
}

/** An address, and the mails that a registration of it and a request for the mail again send to it. */
const owners: Record<
  string,
  { of: () => Promise<Registration>; registering: string[]; resending: string[] }
> = {
  'an unknown address': { of: async () => newcomer(), registering: [CONFIRM], resending: [] },
  'an unverified one': { of: someoneUnverified, registering: [CONFIRM], resending: [CONFIRM] },
  'a verified one': { of: async () => someoneVerified(app), registering: [TAKEN], resending: [] },
  'that of an unverified disabled account': {
    of: async () => disabled(await someoneUnverified()),
    registering: [],
    resending: [],
  },
  'that of a verified disabled account': {
    of: async () => disabled(await someoneVerified(app)),
    registering: [],
    resending: [],
  },
};

/** All that the caller sees. */
async function visible(path: string, json: object) {
  const { status, headers, text } = await app.api.post(`/v1/auth/${path}`, { json });
  const { date, 'x-request-id': requestId, ...others } = Object.fromEntries(headers);
  expect([date, requestId]).not.toContain(undefined);
  return { status, text, others };
}

describe.each(Object.entries(owners))('for %s', (_, { of, registering, resending }) => {
  it('a registration gets the same response as for any other, and only the mail reveals the difference', async () => {
    const { email } = await of();
    const seen = await visible('register', { email, password: OTHER });
    expect(seen).toMatchObject({ status: 202, text: '{}', others: { 'cache-control': 'no-store' } });
    expect(seen).toEqual(await visible('register', newcomer()));
    expect(await subjectsFor(app, email)).toEqual(registering);
  });

  it('a request to send the mail again does so, too', async () => {
    const { email } = await of();
    const seen = await visible('email/verify/resend', { email });
    expect(seen).toMatchObject({ status: 202, text: '{}', others: { 'cache-control': 'no-store' } });
    expect(seen).toEqual(await visible('email/verify/resend', { email: newAddress() }));
    expect(await subjectsFor(app, email)).toEqual(resending);
  });
});

describe('a mail that a request caused', () => {
  it('goes to the stored address, whatever its spelling in the request', async () => {
    const { email } = await someoneVerified(app);
    await register(app, { email: ` ${email.toUpperCase()} `, password: OTHER });
    expect((await app.mailFor(email)).to).toEqual([email]);
    const unverified = await someoneUnverified();
    await resend(app, unverified.email.toUpperCase());
    expect((await app.mailFor(unverified.email)).to).toEqual([unverified.email]);
  });

  it('contains no text of the caller', async () => {
    const { email } = newcomer();
    await register(app, { email, password: OTHER, displayName: 'CHEAP WATCHES' });
    const { text, html, raw } = await app.mailFor(email);
    for (const part of [text, html, raw]) expect(part).not.toMatch(/CHEAP|badgers/);
  });

  it('that an address is taken has no link, and leaves the account as it was', async () => {
    const person = await someoneVerified(app);
    const before = await profileOf(app, person);
    await register(app, { email: person.email, password: OTHER, displayName: 'Eve' });
    const { text, html } = await app.mailFor(person.email);
    for (const part of [text, html]) expect(part).not.toMatch(/https?:|token/);
    expect(await profileOf(app, person)).toEqual(before);
    expect((await logIn(app, { ...person, password: OTHER })).status).toBe(401);
  });

  it('does not open an account that was disabled since', async () => {
    const person = newcomer();
    const token = await linkOf(app, person);
    await disabled(person);
    await verify(app, token);
    expect((await logIn(app, person)).status).toBe(401);
  });
});

describe('a sign-in of an account that is not verified yet', () => {
  it('sends the mail again for the right password', async () => {
    const person = await someoneUnverified();
    expect((await logIn(app, person)).status).toBe(401);
    expect((await verify(app, await nextLink(app, person.email))).status).toBe(204);
    expect((await logIn(app, person)).status).toBe(200);
  });

  it('sends nothing for a wrong one, nor to an unknown address, nor to a verified or disabled account', async () => {
    const [unverified, verified] = [await someoneUnverified(), await someoneVerified(app)];
    const shutOut = await disabled(await someoneUnverified());
    const stranger = newcomer();
    for (const person of [
      { ...unverified, password: OTHER },
      { ...verified, password: OTHER },
      shutOut,
      stranger,
    ])
      expect((await logIn(app, person)).status).toBe(401);
    expect((await logIn(app, verified)).status).toBe(200);
    for (const { email } of [unverified, verified, shutOut, stranger])
      expect(await subjectsFor(app, email)).toEqual([]);
  });

  it('sends no more than five, which go on working', async () => {
    const person = await someoneUnverified();
    for (let signIns = 0; signIns < 7; signIns++) expect((await logIn(app, person)).status).toBe(401);
    const tokens = await nextLinks(app, person.email, 5);
    expect(await subjectsFor(app, person.email)).toHaveLength(5);
    await expectGood(app, ...tokens);
  });
});
