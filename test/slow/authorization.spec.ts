import { startApp, type TestApp } from '../support/app';
import { ask, expectAdmitted, expectForbidden, PERMISSIONS, PERMITTED } from '../support/permitted';
import { aMemberWho } from '../support/staff';

let app: TestApp;

beforeAll(async () => {
  app = await startApp();
});

afterAll(async () => app.close());

describe('of all routes', () => {
  it.each(PERMISSIONS)('a role of %s alone opens what that permits, and no other', async (permission) => {
    const { token } = await aMemberWho(app, permission);
    for (const [route, required] of PERMITTED) {
      const answer = await ask(app, route, token);
      if (required === permission) expectAdmitted(answer);
      else expectForbidden(answer, required);
    }
  });

  it.each(PERMISSIONS)('a role of all but %s opens every other', async (permission) => {
    const { token } = await aMemberWho(app, ...PERMISSIONS.filter((other) => other !== permission));
    for (const [route, required] of PERMITTED) {
      const answer = await ask(app, route, token);
      if (required === permission) expectForbidden(answer, required);
      else expectAdmitted(answer);
    }
  });
});
