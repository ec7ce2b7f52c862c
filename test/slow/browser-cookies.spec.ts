import type { BrowserContext } from 'playwright-core';
import { openPage } from '../support/browser';
import { BY_NAME, PLANTED } from '../support/sites';
import { Stage } from '../support/stage';

/** What the browser would send to the application: of the ways to plant a cookie, only these get there at all. */
const SENT = new Set(['after-a-comma', 'after-a-no-break-space', 'under-another-name']);

describe('a cookie that a sibling subdomain plants', () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await Stage.behindTls();
  });
  afterAll(async () => stage?.close());

  async function plantByServer(profile: BrowserContext, where: string): Promise<void> {
    const page = await openPage(profile, BY_NAME.sibling);
    await page.evaluate(`fetch('/${where}')`);
    await page.close();
  }

  async function plantByScript(profile: BrowserContext, cookie: string): Promise<void> {
    const page = await openPage(profile, BY_NAME.sibling);
    await page.evaluate(`document.cookie = ${JSON.stringify(cookie)}`);
    await page.close();
  }

  const ways = Object.entries(PLANTED).flatMap(([where, cookie]) => [
    {
      where,
      by: 'a Set-Cookie header',
      plant: async (profile: BrowserContext) => plantByServer(profile, where),
    },
    { where, by: 'a script', plant: async (profile: BrowserContext) => plantByScript(profile, cookie) },
  ]);

  it.each(ways)('$where by $by neither replaces nor blocks the session', async ({ where, plant }) => {
    const { profile, page, person } = await stage.victim();
    const before = await stage.cookies(profile);
    await plant(profile);
    const after = await stage.cookies(profile);
    const planted = after.filter(({ value }) => value.includes('tossed'));
    expect({ where, arrives: planted.length > 0 }).toEqual({ where, arrives: SENT.has(where) });
    expect(after.filter((cookie) => !planted.includes(cookie))).toEqual(before);
    const me = await stage.me(page);
    expect([me.status, JSON.parse(me.text)]).toMatchObject([200, { email: person.email }]);
    expect((await stage.refresh(page)).status).toBe(200);
    expect((await stage.signIn(page, person)).status).toBe(200);
    await profile.close();
  });

  it.each(ways)('$where by $by has no effect without a signed-in user', async ({ plant }) => {
    const profile = await stage.profile();
    await plant(profile);
    const page = await openPage(profile, stage.sites.home);
    const { status, text } = await stage.me(page);
    expect([status, text]).toEqual([401, expect.stringContaining('authentication-required')]);
    await profile.close();
  });
});
