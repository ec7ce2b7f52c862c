import type { Person, TestApp } from '../support/app';
import { Jar, signedIn } from '../support/cookies';
import { APP, CORS } from '../support/cors';
import {
  ABSENT,
  BY_COOKIE,
  expectAnsweredTo,
  expectRefusedFrom,
  OWN,
  type PageWords,
} from '../support/page-requests';
import { expectProblem } from '../support/problem';
import { sharedApp } from '../support/shared-app';

const EVIL = 'https://evil.example';
const SIBLING = 'https://evil.auth.example.test';

const REFUSED: PageWords[] = [
  [['cross-site'], [EVIL]],
  [['cross-site'], ABSENT],
  [['same-site'], [SIBLING]],
  [['none', 'cross-site'], [EVIL]],
  [ABSENT, [EVIL]],
  [ABSENT, ['null']],
  [ABSENT, [OWN, EVIL]],
];
const PASSING: PageWords[] = [
  [['same-origin'], [OWN]],
  [['none'], ABSENT],
  [ABSENT, ABSENT],
  [ABSENT, [OWN]],
  [['same-site'], [APP]],
];

// Every Sec-Fetch-Site with every Origin: src/access/csrf-protection.spec.ts, and over HTTP slow/cross-site.spec.ts.
describe('a request that a page may have made', () => {
  let app: TestApp;
  let person: Person;

  beforeAll(async () => {
    app = await sharedApp({ env: CORS });
    person = await app.someone();
  });

  it.each(BY_COOKIE)('by cookies, being %s, passes from our pages alone', async (_, status, request) => {
    const asked = request(await new Jar(app).signIn(person), person);
    await expectRefusedFrom(app, asked, person, REFUSED);
    await expectAnsweredTo(app, asked, status, PASSING);
  });
});

describe('without CORS_ORIGINS', () => {
  it('our own origin passes, and no other does', async () => {
    const app = await sharedApp();
    const jar = await signedIn(app);
    const rename = async (origin: string) =>
      jar.send('PATCH', '/v1/users/me', { json: { displayName: 'Ada' }, headers: { origin } });
    expect((await rename(OWN)).status).toBe(200);
    for (const origin of [APP, 'https://auth.example.test:8443', app.api.url])
      expectProblem(await rename(origin), 403, 'cross-site-request');
  });
});
