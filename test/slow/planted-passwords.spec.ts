import { startApp, type TestApp } from '../support/app';
import { inParallel } from '../support/parallel';
import { ADA, both, EVE, WRONG } from '../support/planted';
import { expectProblem } from '../support/problem';
import {
  expectDead,
  expectOwnedBy,
  expectUsedOnce,
  nextLinks,
  profileOf,
  register,
  type Registration,
  verify,
} from '../support/registrations';

let app: TestApp;

describe.each(['true', 'false'])('with REQUIRE_VERIFIED_EMAIL=%s', (required) => {
  beforeAll(async () => {
    app = await startApp({ smtp: true, env: { REQUIRE_VERIFIED_EMAIL: required } });
  });

  afterAll(async () => app.close());

  describe('the link of an address that was registered more than once', () => {
    let ada: Registration;
    let links: string[];

    beforeEach(async () => {
      const people = both();
      ({ ada } = people);
      await register(app, people.eve);
      await register(app, ada);
      links = await nextLinks(app, ada.email, 2);
    });

    it('asks for a password, and stays good', async () => {
      for (const password of [undefined, null])
        for (const link of links) expectProblem(await verify(app, link, password), 422, 'password-required');
      expect((await verify(app, links[0], ada.password)).status).toBe(204);
    });

    it('refuses a password that no registration has, and stays good', async () => {
      for (const password of [WRONG, `${ada.password} `, ada.password.toUpperCase(), '\0']) {
        const answer = await verify(app, links[1], password);
        expectProblem(answer, 401, 'invalid-credentials');
        expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="Gatehouse"');
      }
      expect((await verify(app, links[1], ada.password)).status).toBe(204);
    });

    it('refuses what is no password, and stays good', async () => {
      for (const password of ['', 7, true, {}, [ADA.password], 'a'.repeat(129), '\ud800'])
        expectProblem(await verify(app, links[0], password), 422, 'validation-failed');
      expect((await verify(app, links[0], ada.password)).status).toBe(204);
    });

    it.each([0, 1])(
      'gives the account to the owner of the password, whichever the mail: no. %i',
      async (index) => {
        expect((await verify(app, links[index], ada.password)).status).toBe(204);
        await expectDead(app, ...links);
        await expectOwnedBy(app, ada, EVE.password);
      },
    );

    it('used 20 times at once gives it away once', async () => {
      expectUsedOnce(await inParallel(20, async (index) => verify(app, links[index % 2], ada.password)));
      await expectOwnedBy(app, ada, EVE.password);
    });
  });

  it.each([0, 1, 2, 3, 4])(
    'an owner who registers after %i strangers gets the account',
    async (strangers) => {
      const { ada, eve } = both();
      const planted = (index: number) => `${EVE.password}, no. ${index}`;
      for (let index = 0; index < 5; index++)
        await register(app, index === strangers ? ada : { ...eve, password: planted(index) });
      const links = await nextLinks(app, ada.email, 5);
      expect((await verify(app, links[0], ada.password)).status).toBe(204);
      await expectDead(app, ...links);
      await expectOwnedBy(app, ada, ...[0, 1, 2, 3, 4].map(planted));
    },
  );

  it('an owner who gave no name does not get that of a stranger', async () => {
    const { ada, eve } = both();
    await register(app, eve);
    await register(app, { email: ada.email, password: ada.password });
    const [link] = await nextLinks(app, ada.email, 2);
    expect((await verify(app, link, ada.password)).status).toBe(204);
    expect(await profileOf(app, ada)).toMatchObject({ displayName: null });
  });

  it('a password typed in another Unicode form picks the same registration', async () => {
    const { ada, eve } = both();
    const owner = { ...ada, password: 'zwölf käfer über dem see' };
    await register(app, eve);
    await register(app, owner);
    const [link] = await nextLinks(app, ada.email, 2);
    expect((await verify(app, link, owner.password.normalize('NFD'))).status).toBe(204);
    await expectOwnedBy(app, owner, EVE.password);
  });
});
