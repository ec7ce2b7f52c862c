import { REGISTRATION_NOT_KEPT } from '../../../src/auth';
import { Mailer } from '../../../src/platform/mail';
import { PASSWORD, type TestApp } from '../../support/app';
import { inParallel } from '../../support/parallel';
import { expectProblem } from '../../support/problem';
import {
  attemptsOf,
  expectDead,
  expectOwnedBy,
  linkOf,
  logIn,
  newAddress,
  nextLinks,
  register,
  resend,
  someoneVerified,
  subjectsFor,
  verify,
} from '../../support/registrations';
import { expectOpen } from '../../support/sessions';
import { nextLink } from '../../support/mailbox';
import { tokenIn } from '../../support/smtp-sink';
import { sharedApp } from '../../support/shared-app';

const OTHER = 'nine calm badgers on a ferry';
const WRONG = 'the password of no attempt';

let app: TestApp;
let email: string;

beforeAll(async () => {
  app = await sharedApp({ smtp: true });
});

beforeEach(() => {
  email = newAddress();
});

const numbered = (index: number) => ({
  email,
  password: `${OTHER}, no. ${index}`,
  displayName: `No. ${index}`,
});

/** Everything that registering again could change. */
async function keptOf(address: string): Promise<object> {
  const [account] = await app.query(
    'SELECT u.*, c.* FROM users u JOIN credentials c ON c.user_id = u.id WHERE email = $1',
    [address],
  );
  return { account, attempts: await attemptsOf(app, address) };
}

describe('an address that was registered once', () => {
  it('is verified without a password, and its sessions stay live', async () => {
    const person = { email, password: PASSWORD, displayName: 'Ada' };
    const link = await linkOf(app, person);
    const sessions = [(await logIn(app, person)).body, (await logIn(app, person)).body];
    expect((await verify(app, link)).status).toBe(204);
    await expectOpen(app, ...sessions);
    await expectOwnedBy(app, person, WRONG);
  });

  it('accepts its password with the link, and refuses a wrong one', async () => {
    const person = { email, password: PASSWORD };
    const link = await linkOf(app, person);
    const { body: session } = await logIn(app, person);
    const answer = await verify(app, link, WRONG);
    expectProblem(answer, 401, 'invalid-credentials');
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="Gatehouse"');
    expect((await verify(app, link, PASSWORD)).status).toBe(204);
    await expectOpen(app, session);
  });
});

describe('the registrations of one address', () => {
  it('are all kept where they have the same password, which then matches', async () => {
    const person = { email, password: PASSWORD };
    await register(app, person);
    await register(app, person);
    const [link] = await nextLinks(app, email, 2);
    expectProblem(await verify(app, link), 422, 'password-required');
    expect((await verify(app, link, PASSWORD)).status).toBe(204);
    await expectOwnedBy(app, person);
  });

  it('are limited to five: a sixth changes nothing, and its password matches none', async () => {
    for (let index = 0; index < 5; index++) await register(app, numbered(index));
    const [before, [link]] = [await keptOf(email), await nextLinks(app, email, 5)];
    app.clock.advance({ minutes: 1 });
    await register(app, numbered(5));
    expect(await keptOf(email)).toEqual(before);
    expect(await attemptsOf(app, email)).toHaveLength(4);
    expectProblem(await verify(app, link, numbered(5).password), 401, 'invalid-credentials');
    expect((await verify(app, link, numbered(4).password)).status).toBe(204);
    await expectOwnedBy(app, numbered(4), numbered(0).password, numbered(5).password);
  });

  it('do not lock out an owner who registers sixth: the mail lets the owner choose a password', async () => {
    for (let index = 0; index < 5; index++) await register(app, numbered(index));
    await nextLinks(app, email, 5);
    const owner = { email, password: PASSWORD };
    await register(app, owner);
    const mail = await app.mailFor(email, 'Choose a password for Gatehouse');
    expect(mail.text).not.toMatch(/No\. \d/);
    const json = { token: tokenIn(mail), newPassword: PASSWORD };
    expect((await app.api.post('/v1/auth/password/reset', { json })).status).toBe(204);
    await expectOwnedBy(app, { ...owner, displayName: 'No. 0' }, numbered(0).password, numbered(4).password);
  });

  it('that were not kept send the mail of an existing account once the address is verified', async () => {
    const { email: proven } = await someoneVerified(app);
    await app.nest.get(Mailer).request(REGISTRATION_NOT_KEPT, { address: proven, language: null });
    expect(await subjectsFor(app, proven)).toEqual(['You already have an account at Gatehouse']);
  });

  it('are limited to five, however many are sent at once', async () => {
    await inParallel(7, async (index) => register(app, numbered(index)));
    expect(await attemptsOf(app, email)).toHaveLength(4);
    expect(await app.query('SELECT id FROM users WHERE email = $1', [email])).toHaveLength(1);
  });

  it('are kept when links expire, so that an attacker who waits does not displace the owner', async () => {
    const owner = { email, password: PASSWORD, displayName: 'Ada' };
    await register(app, owner);
    for (let index = 0; index < 5; index++) {
      await app.mailFor(email);
      app.clock.advance({ hours: 24 });
      await register(app, numbered(index));
    }
    await resend(app, email);
    expect((await verify(app, await nextLink(app, email, 'verification'), PASSWORD)).status).toBe(204);
    await expectOwnedBy(app, owner, numbered(0).password);
  });

  it('cannot lock the owner of the mailbox out by their number', async () => {
    for (let index = 0; index < 6; index++) await register(app, numbered(index));
    const links = await nextLinks(app, email, 5);
    const owner = { email, password: PASSWORD };
    await register(app, owner);
    expectProblem(await verify(app, links[0], PASSWORD), 401, 'invalid-credentials');
    // The attacker asks as well, until no more are sent.
    for (let asked = 0; asked < 7; asked++)
      expect((await app.api.post('/v1/auth/password/forgot', { json: { email } })).status).toBe(202);
    const json = { token: await nextLink(app, email), newPassword: PASSWORD };
    expect((await app.api.post('/v1/auth/password/reset', { json })).status).toBe(204);
    expect((await logIn(app, owner)).status).toBe(200);
    expect(await attemptsOf(app, email)).toEqual([]);
    for (let index = 0; index < 6; index++) expect((await logIn(app, numbered(index))).status).toBe(401);
    await expectDead(app, ...links);
  });
});

describe('concurrent requests', () => {
  it('two registrations of a new address create an account and an attempt, and either can be selected', async () => {
    await inParallel(2, async (index) => register(app, numbered(index)));
    expect(await attemptsOf(app, email)).toHaveLength(1);
    const [link] = await nextLinks(app, email, 2);
    expectProblem(await verify(app, link), 422, 'password-required');
    expect((await verify(app, link, numbered(1).password)).status).toBe(204);
    await expectOwnedBy(app, numbered(1), numbered(0).password);
  });

  it.each([
    ['without a password', undefined],
    ['with one', PASSWORD],
  ])('a registration and a verification %s leave the account to its owner', async (_, password) => {
    const owner = { email, password: PASSWORD, displayName: 'Ada' };
    const link = await linkOf(app, owner);
    const [verified] = await Promise.all([verify(app, link, password), register(app, numbered(0))]);
    if (verified.status !== 204) {
      expectProblem(verified, 422, 'password-required');
      expect(await attemptsOf(app, email)).toHaveLength(1);
      expect((await verify(app, link, PASSWORD)).status).toBe(204);
    }
    await expectOwnedBy(app, owner, numbered(0).password);
    await expectDead(app, link);
  });
});
