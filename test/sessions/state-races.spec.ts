import { changeAddress, changePassword, deleteAccount, userIdOf } from '../support/account-changes';
import type { TokenBody } from '../support/api';
import { PASSWORD, type Person, type TestApp } from '../support/app';
import { inOrder } from '../support/in-order';
import { reset, resetLink } from '../support/password-reset';
import { type Ending, expectNoRenewal, expectNoSignIn } from '../support/session-endings';
import { expectOver, openSession } from '../support/sessions';
import { sharedApp } from '../support/shared-app';

const OWNERS = 'nine calm badgers on a ferry';
const THIEFS = 'five brisk herons in a tunnel';

let app: TestApp;

beforeAll(async () => {
  app = await sharedApp({ smtp: true });
});

// Each ending with each order and each request: in the slow suite.
describe('a sign-in whose password was checked before', () => {
  it.each<[Ending, 'before' | 'after']>([
    ['a password reset', 'after'],
    ['a password reset', 'before'],
    ['a password change', 'after'],
    ['an undone change of the address', 'after'],
    ['a disablement', 'after'],
    ['a deletion', 'after'],
    ['a sign-out everywhere', 'after'],
    ['a sign-out everywhere', 'before'],
  ])('%s leaves no session, where that is opened %s it', async (ending, when) => {
    await expect(expectNoSignIn(app, ending, when)).resolves.toBeUndefined();
  });
});

describe('a session that is about to be renewed', () => {
  it.each<[Ending, 'refresh' | 'reauthenticate']>([
    ['a password reset', 'refresh'],
    ['a password change', 'reauthenticate'],
    ['an undone change of the address', 'refresh'],
    ['a disablement', 'reauthenticate'],
    ['a deletion', 'refresh'],
    ['a sign-out everywhere', 'reauthenticate'],
  ])('does not outlive %s: POST /v1/auth/%s', async (ending, path) => {
    await expect(expectNoRenewal(app, ending, path)).resolves.toBeUndefined();
  });
});

describe('where two changes of an account meet,', () => {
  let person: Person;
  let mine: TokenBody;

  beforeEach(async () => {
    person = await app.someone();
    mine = await openSession(app, person);
  });

  const statusWith = async (password: string) =>
    (await app.api.post('/v1/auth/login', { json: { email: person.email, password } })).status;
  const expectOwners = async () =>
    expect([await statusWith(OWNERS), await statusWith(THIEFS)]).toEqual([200, 401]);
  /** Both have read the user before the first of them locks that row. */
  const oneAfterTheOther = async (...works: (() => Promise<number>)[]) =>
    inOrder(app, { table: 'users', id: await userIdOf(app, person.email) }, works);

  it.each(['before', 'after'])(
    'the reset of the owner wins, where it comes %s that of an attacker',
    async (when) => {
      const token = await resetLink(app, person.email);
      const change = async () => changePassword(app, mine, PASSWORD, THIEFS);
      const owner = async () => (await reset(app, token, OWNERS)).status;
      const statuses = await oneAfterTheOther(...(when === 'before' ? [owner, change] : [change, owner]));
      expect(statuses).toEqual(when === 'before' ? [204, 401] : [204, 204]);
      await expectOwners();
      await expectOver(app, mine);
    },
  );

  it('the reset of the owner wins, where both are concurrent', async () => {
    const token = await resetLink(app, person.email);
    const [, owner] = await Promise.all([
      changePassword(app, mine, PASSWORD, THIEFS),
      reset(app, token, OWNERS),
    ]);
    expect(owner.status).toBe(204);
    await expectOwners();
    await expectOver(app, mine);
  });

  it('from two sessions one is done, and the other session is over', async () => {
    const other = await openSession(app, person);
    const statuses = await oneAfterTheOther(
      async () => changePassword(app, mine, PASSWORD, OWNERS),
      async () => changePassword(app, other, PASSWORD, THIEFS),
    );
    expect(statuses).toEqual([204, 401]);
    await expectOwners();
    await expectOver(app, other);
  });

  // An attacker with the session could otherwise complete changes that the old password confirmed.
  it('from one session one is done, and the other was confirmed by a password that has changed', async () => {
    const statuses = await oneAfterTheOther(
      async () => changePassword(app, mine, PASSWORD, OWNERS),
      async () => changePassword(app, mine, PASSWORD, THIEFS),
    );
    expect(statuses).toEqual([204, 401]);
    await expectOwners();
  });

  it.each([
    ['a deletion', async () => deleteAccount(app, mine, person)],
    ['a change of the address', async () => changeAddress(app, mine, `attacker-${person.email}`, PASSWORD)],
  ])('%s that the old password had proven is refused after a change of the password', async (_, act) => {
    const statuses = await oneAfterTheOther(async () => changePassword(app, mine, PASSWORD, OWNERS), act);
    expect(statuses).toEqual([204, 401]);
    expect(await statusWith(OWNERS)).toBe(200);
  });
});
