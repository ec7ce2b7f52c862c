import type { BrowserContext, Page } from 'playwright-core';
import { ask, inPage, openPage } from '../support/browser';
import { eventually } from '../support/eventually';
import { type Person, Stage } from '../support/stage';

const ATTACKER = { email: 'attacker@example.com', password: 'teal otters juggle 7 lanterns' };
const LOGIN = '/v1/auth/login?useCookies=true';

/** What would read, change, end, open or replace something; an empty object stands for a body that asks for nothing. */
const ATTEMPTS = [
  ['GET', '/v1/users/me'],
  ['HEAD', '/v1/users/me'],
  ['GET', '/v1/sessions'],
  ['GET', '/v1/auth/principal'],
  ['PATCH', '/v1/users/me', { displayName: 'Mallory' }],
  ['POST', '/v1/auth/refresh'],
  ['POST', '/v1/auth/refresh', {}],
  ['POST', '/v1/auth/logout'],
  ['POST', '/v1/auth/logout', {}],
  ['POST', '/v1/auth/reauthenticate', { password: ATTACKER.password }],
  ['POST', LOGIN, ATTACKER],
  ['POST', '/v1/auth/login', ATTACKER],
  ['DELETE', '/v1/sessions'],
  ['DELETE', '/v1/sessions?includeCurrent=true'],
  ['PUT', '/v1/users/me', { displayName: 'Mallory' }],
] as const;

const ENCTYPES = ['application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain'];
// As text/plain this is the JSON of the attacker's sign-in: {"email":…,"password":…,"x":"="}.
const JSON_SHAPED = [[`${JSON.stringify(ATTACKER).slice(0, -1)},"x":"`, '"}']];
const FORMS: readonly (readonly [string, readonly (readonly string[])[]])[] = [
  [LOGIN, Object.entries(ATTACKER)],
  [LOGIN, JSON_SHAPED],
  ['/v1/auth/refresh', []],
  ['/v1/auth/logout', []],
  ['/v1/users/me', [['{"displayName":"Mallory","x":"', '"}']]],
];

// 415: no form can say application/json. 401: its cookies were not sent. 403: its page may not. 404, 405: no such route for a form.
const REFUSED = [
  [LOGIN, 415],
  [LOGIN, 403],
  ['/v1/auth/refresh', 415],
  ['/v1/auth/refresh', 401],
  ['/v1/auth/refresh', 403],
  // A logout that ends nothing, because nothing was presented.
  ['/v1/auth/logout', 204],
  ['/v1/auth/logout', 415],
  ['/v1/auth/logout', 403],
  ['/v1/users/me', 405],
];
/** Three modes and three kinds of credentials, with six bodies where there is one. */
const FETCHES = 450;

const IN_PASSING = [
  [LOGIN, ATTACKER],
  ['/v1/auth/refresh', {}],
  ['/v1/auth/logout', {}],
] as const;
/** A ping, and a beacon for each of the six bodies. */
const SENT_IN_PASSING = 7;

const FRAMED = ['framed', ''] as const;
const FORM_TARGETS = [FRAMED, ['_self', ''], ['_self', '/redirected?to=']] as const;
const PAGES = [
  ['of another site', 'stranger'],
  ['of a sibling that is not allowed', 'sibling'],
] as const;

describe('behind nginx with TLS', () => {
  let stage: Stage;
  let signedIn: { profile: BrowserContext; page: Page; person: Person };
  let signedOut: BrowserContext;

  beforeAll(async () => {
    stage = await Stage.behindTls();
    signedIn = await stage.victim();
    signedOut = await stage.profile();
    const own = await openPage(signedOut, stage.sites.home);
    await ask(own, 'POST', `${stage.sites.own}/v1/auth/register`, ATTACKER);
  });
  afterAll(async () => stage?.close());

  describe.each(PAGES)('a page %s', (_of, who) => {
    /** Runs the attack with and without a signed-in user; neither may succeed. */
    async function inBoth<T>(attack: (page: Page) => Promise<T>): Promise<[T, T]> {
      const results: T[] = [];
      for (const profile of [signedIn.profile, signedOut]) {
        const before = await stage.state(profile);
        const page = await openPage(profile, stage.sites[who]);
        results.push(await attack(page));
        await page.close();
        expect(await stage.state(profile)).toEqual(before);
      }
      expect(JSON.parse((await stage.me(signedIn.page)).text)).toMatchObject({
        email: signedIn.person.email,
      });
      return results as [T, T];
    }

    it.each([
      ['', 'its own'],
      ['/null', 'null'],
    ])(
      'changes and reads nothing with fetch, whatever the mode, credentials, method and type (%s as %s origin)',
      async (path) => {
        const seen = await inBoth(async (page) => {
          await page.goto(stage.sites[who] + path);
          return inPage<Record<string, number>>(page, 'everyFetch', stage.sites.own, ATTEMPTS);
        });
        expect(seen[0]).toEqual({ TypeError: FETCHES, 'XMLHttpRequest: 0': ATTEMPTS.length });
        expect(seen[1]).toEqual(seen[0]);
      },
    );

    it('cannot detect by any element or channel whether a user is signed in', async () => {
      const { own } = stage.sites;
      const seen = await inBoth(async (page) => inPage(page, 'everyElement', own, '/v1/users/me'));
      expect(seen[0]).toEqual(seen[1]);
    });

    it.each(who === 'stranger' ? FORM_TARGETS : [FRAMED])(
      'changes nothing with forms (%s%s)',
      async (target, via) => {
        await inBoth(async (page) => {
          for (const [path, fields] of FORMS) {
            for (const enctype of ENCTYPES) {
              const url = stage.sites.own + path;
              const from = await openPage(page.context(), stage.sites[who]);
              const answered = from.waitForResponse(url);
              const action = via ? stage.sites[who] + via + url : url;
              await inPage(from, 'submit', action, 'post', enctype, fields, target);
              expect(REFUSED).toContainEqual([path, (await answered).status()]);
              await from.close();
            }
          }
        });
      },
    );

    it('changes nothing with what is sent in passing: beacons and pings', async () => {
      await inBoth(async (page) => {
        for (const [path, value] of IN_PASSING) {
          let arrived = 0;
          stage.asked();
          await inPage(page, 'everyBeacon', stage.sites.own, path, value);
          await eventually(async () => {
            arrived += stage.asked().filter((line) => line.includes(path)).length;
            expect(arrived).toBe(SENT_IN_PASSING);
          }, 10_000);
        }
      });
    });
  });

  it('a preflight is asked for once and kept, not before every request', async () => {
    const page = await openPage(signedIn.profile, stage.sites.app);
    stage.asked();
    for (let count = 0; count < 10; count++) {
      const displayName = `Ada ${count}`;
      const { status } = await ask(page, 'PATCH', `${stage.sites.own}/v1/users/me`, { displayName });
      expect(status).toBe(200);
    }
    await page.close();
    expect(stage.asked().filter((line) => line.startsWith('OPTIONS'))).toHaveLength(1);
  });
});
