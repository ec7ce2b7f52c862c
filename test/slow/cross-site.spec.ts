import { type Person, startApp, type TestApp } from '../support/app';
import { Jar } from '../support/cookies';
import {
  ABSENT,
  ALLOWED,
  BY_COOKIE,
  expectAnsweredTo,
  expectRefusedFrom,
  NEVER_ASKED,
  ORIGINS,
  OWN,
  SITES,
} from '../support/page-requests';

describe('a request that a page may have made', () => {
  let app: TestApp;
  let person: Person;

  beforeAll(async () => {
    app = await startApp({ env: { CORS_ORIGINS: `https://other.example.test,${ALLOWED}` } });
    person = await app.someone();
  });

  afterAll(async () => app.close());

  describe.each(BY_COOKIE)('by cookies, being %s,', (_, status, request) => {
    it.each(SITES)(
      'with Sec-Fetch-Site %j passes with the Origin of our pages, and otherwise as the table has it',
      async (site, passing) => {
        const asked = request(await new Jar(app).signIn(person), person);
        const refused = ORIGINS.filter((origin) => !passing.includes(origin));
        await expectRefusedFrom(
          app,
          asked,
          person,
          refused.map((origin) => [site, origin]),
        );
        await expectAnsweredTo(
          app,
          asked,
          status,
          passing.map((origin) => [site, origin]),
        );
      },
    );
  });

  it.each(NEVER_ASKED)('passes from every page, being %s', async (_, status, request) => {
    const asked = request(await new Jar(app).signIn(person), person);
    const origins = [ABSENT, ['null'], ['https://evil.example'], [OWN]];
    const pages = SITES.flatMap(([site]) => origins.map((origin) => [site, origin] as const));
    await expectAnsweredTo(app, asked, status, pages);
  });
});
