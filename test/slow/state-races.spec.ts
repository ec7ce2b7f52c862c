import { changePassword } from '../support/account-changes';
import { PASSWORD, type TestApp } from '../support/app';
import { inParallel } from '../support/parallel';
import { reset, resetLink } from '../support/password-reset';
import { type Ending, ENDINGS, expectNoRenewal, expectNoSignIn } from '../support/session-endings';
import { expectOver } from '../support/sessions';
import { sharedApp } from '../support/shared-app';

const OWNERS = 'nine calm badgers on a ferry';
const THIEFS = 'five brisk herons in a tunnel';

let app: TestApp;

beforeAll(async () => {
  app = await sharedApp({ smtp: true });
});

describe.each(Object.keys(ENDINGS) as Ending[])('%s', (ending) => {
  it.each(['before', 'after'] as const)(
    'leaves no session of a sign-in that is opened %s it',
    async (when) => {
      await expect(expectNoSignIn(app, ending, when)).resolves.toBeUndefined();
    },
  );

  it.each(['refresh', 'reauthenticate'] as const)(
    'is not survived by a session about to %s',
    async (path) => {
      await expect(expectNoRenewal(app, ending, path)).resolves.toBeUndefined();
    },
  );
});

describe('changes of the password by four thieves, and the reset of the owner,', () => {
  it('at the same time, over and over, never leave the password of a thief', async () => {
    const person = await app.someone();
    const { email } = person;
    const statusWith = async (password: string) =>
      (await app.api.post('/v1/auth/login', { json: { email, password } })).status;
    const token = await resetLink(app, email);
    const thieves = await inParallel(4, async () => app.signIn(person));
    const work = thieves.map(async (thief) => {
      for (let round = 0; round < 5; round++)
        await changePassword(app, thief, round === 0 ? PASSWORD : THIEFS, THIEFS);
    });
    expect((await reset(app, token, OWNERS)).status).toBe(204);
    expect(await statusWith(OWNERS)).toBe(200);
    await Promise.all(work);
    expect([await statusWith(OWNERS), await statusWith(THIEFS)]).toEqual([200, 401]);
    await expectOver(app, ...thieves);
  });
});
