import type { TestApp } from '../../support/app';
import { inParallel } from '../../support/parallel';
import { ADA, both, EVE, WRONG } from '../../support/planted';
import { expectProblem } from '../../support/problem';
import {
  expectDead,
  expectOwnedBy,
  expectUsedOnce,
  nextLinks,
  profileOf,
  register,
  type Registration,
  verify,
} from '../../support/registrations';
import { sharedApp } from '../../support/shared-app';

let app: TestApp;

/** Registers one after the other. @returns the links that were sent */
async function registerAll(...registrations: Registration[]): Promise<string[]> {
  for (const registration of registrations) await register(app, registration);
  return nextLinks(app, registrations[0]?.email ?? '', registrations.length);
}

// Every order of the registrations, also where addresses need not be verified: test/slow/planted-passwords.spec.ts.
describe('the link of an address that was registered more than once', () => {
  beforeAll(async () => {
    app = await sharedApp({ smtp: true, env: { REQUIRE_VERIFIED_EMAIL: 'true' } });
  });

  it('requires a password, refuses every other one, and stays valid until it gets the right one', async () => {
    const { ada, eve } = both();
    const [one = '', other = ''] = await registerAll(eve, ada);
    for (const password of [undefined, null])
      for (const link of [one, other])
        expectProblem(await verify(app, link, password), 422, 'password-required');
    for (const password of [WRONG, `${ada.password} `, ada.password.toUpperCase(), '\0']) {
      const answer = await verify(app, other, password);
      expectProblem(answer, 401, 'invalid-credentials');
      expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="Gatehouse"');
    }
    for (const password of ['', 7, [ADA.password], 'a'.repeat(129), '\ud800'])
      expectProblem(await verify(app, one, password), 422, 'validation-failed');
    expect((await verify(app, one, ada.password)).status).toBe(204);
    await expectDead(app, one, other);
    await expectOwnedBy(app, ada, eve.password);
  });

  it('used four times at once gives the account away once, whichever the mail', async () => {
    const { ada, eve } = both();
    const links = await registerAll(eve, ada);
    expectUsedOnce(await inParallel(4, async (index) => verify(app, links[index % 2], ada.password)));
    await expectOwnedBy(app, ada, eve.password);
  });

  it.each([0, 2, 4])('gives the account to an owner who registers after %i strangers', async (strangers) => {
    const { ada, eve } = both();
    const planted = [0, 1, 2, 3, 4].map((index) => ({ ...eve, password: `${EVE.password}, no. ${index}` }));
    const [link = '', ...others] = await registerAll(...planted.toSpliced(strangers, 1, ada));
    expect((await verify(app, link, ada.password)).status).toBe(204);
    await expectDead(app, link, ...others);
    await expectOwnedBy(app, ada, ...planted.map(({ password }) => password));
  });

  it('sets no name where the owner gave none, and accepts a password in any Unicode normalization form', async () => {
    const { ada, eve } = both();
    const owner = { email: ada.email, password: 'zwölf käfer über dem see' };
    const [link] = await registerAll(eve, owner);
    expect((await verify(app, link, owner.password.normalize('NFD'))).status).toBe(204);
    expect(await profileOf(app, owner)).toMatchObject({ displayName: null });
    await expectOwnedBy(app, owner, eve.password);
  });
});

describe('the same where addresses need not be verified', () => {
  it('gives the account to its owner', async () => {
    app = await sharedApp({ smtp: true });
    const { ada, eve } = both();
    const [link, other] = await registerAll(eve, ada);
    expectProblem(await verify(app, link), 422, 'password-required');
    expect((await verify(app, link, ada.password)).status).toBe(204);
    await expectDead(app, link, other);
    await expectOwnedBy(app, ada, eve.password);
  });
});
