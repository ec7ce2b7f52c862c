import { startApp, type TestApp } from '../support/app';
import { expectDecision, PERMISSIONS, PERMITTED } from '../support/permitted';
import { aMemberWho } from '../support/staff';

let app: TestApp;

beforeAll(async () => {
  app = await startApp();
});

afterAll(async () => app.close());

describe('of all routes', () => {
  it.each(PERMISSIONS)('a role of %s alone opens what that permits, and no other', async (permission) => {
    const { token } = await aMemberWho(app, permission);
    for (const route of PERMITTED) await expectDecision(app, route, token, [permission]);
  });

  it.each(PERMISSIONS)('a role of all but %s opens every other', async (permission) => {
    const others = PERMISSIONS.filter((other) => other !== permission);
    const { token } = await aMemberWho(app, ...others);
    for (const route of PERMITTED) await expectDecision(app, route, token, others);
  });
});
