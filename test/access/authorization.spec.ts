import type { TestApp } from '../support/app';
import { routesWhere } from '../support/manifest';
import { ask, expectAdmitted, expectDecision, PERMISSIONS, PERMITTED } from '../support/permitted';
import { sharedApp } from '../support/shared-app';
import { aMember, aMemberWho } from '../support/staff';

/** For every signed-in user, about their own data. */
const OWN = routesWhere(
  ({ permissions, strategies }) => permissions.length === 0 && strategies.join() === 'jwt',
);

const routesFor = (permission: string) => PERMITTED.filter(([, required]) => required.includes(permission));

let app: TestApp;

beforeAll(async () => {
  app = await sharedApp();
});

// That a request without a token is refused: access-manifest.spec.ts. Every role with every route: slow/authorization.spec.ts.
describe('access to the routes', () => {
  it('has permissions and own data to decide about', () => {
    expect(PERMITTED.length).toBeGreaterThanOrEqual(12);
    expect(OWN.length).toBeGreaterThanOrEqual(11);
  });

  it('without a role is to own data, and to nothing else', async () => {
    const { token } = await aMember(app);
    for (const route of OWN) expect([401, 403]).not.toContain((await ask(app, route, token)).status);
    for (const route of PERMITTED) await expectDecision(app, route, token, []);
  });

  it.each(PERMISSIONS)('with a role of %s alone is to what that permits', async (permission) => {
    const { token } = await aMemberWho(app, permission);
    const [opened, closed] = [
      routesFor(permission),
      PERMITTED.filter(([, each]) => !each.includes(permission)),
    ];
    for (const route of [...opened, ...closed.slice(0, 1)])
      await expectDecision(app, route, token, [permission]);
  });

  it.each(PERMISSIONS)('with a role of all but %s is not to what that permits', async (permission) => {
    const others = PERMISSIONS.filter((other) => other !== permission);
    const { token } = await aMemberWho(app, ...others);
    for (const route of routesFor(permission)) await expectDecision(app, route, token, others);
  });

  it('as an administrator is to everything', async () => {
    const { token } = await aMember(app, 'admin');
    for (const [route] of PERMITTED) expectAdmitted(await ask(app, route, token));
  });

  it('with the name of a role that does not exist is to nothing', async () => {
    const { token } = await aMember(app, 'administrator', 'ADMIN', 'users:read', '*');
    for (const route of PERMITTED) await expectDecision(app, route, token, []);
  });
});
