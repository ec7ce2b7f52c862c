import type { Page } from 'playwright-core';
import { ask, inPage, openPage } from '../support/browser';
import { eventually } from '../support/eventually';
import { Stage } from '../support/stage';

const ROUNDS = 100;
const SHORT_SECONDS = 3;
const EXPIRED_ROUNDS = 5;
const SECRET = /eyJ|rt_|dt_/;
const NAMES = ['__Host-access', '__Host-device', '__Host-refresh'];

const STAGES = [
  { where: 'http://localhost', build: async () => Stage.onLocalhost() },
  { where: 'https behind nginx', build: async () => Stage.behindTls() },
];

/** Each tab refreshes and then asks who it is. */
async function refreshAtOnce(stage: Stage, tabs: readonly Page[]): Promise<number[][]> {
  return Promise.all(
    tabs.map(async (tab) => [(await stage.refresh(tab)).status, (await stage.me(tab)).status]),
  );
}

const ALL_WELL = [
  [200, 200],
  [200, 200],
];

describe.each(STAGES)('in Chromium on $where', ({ build }) => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await build();
  });
  afterAll(async () => stage?.close());

  it('a page of the own origin signs in, reads, refreshes and signs out, and its scripts see no token', async () => {
    const profile = await stage.profile();
    const page = await openPage(profile, stage.sites.home);
    const person = await stage.register();
    const seen = [await stage.signIn(page, person), await stage.me(page), await stage.refresh(page)];
    expect(seen.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(JSON.parse(seen[1]?.text ?? '')).toMatchObject({ email: person.email });
    expect(JSON.stringify(seen)).not.toMatch(SECRET);
    expect(await inPage(page, 'kept')).toEqual({ cookie: '' });
    const cookies = await stage.cookies(profile);
    expect(cookies.map(({ name }) => name)).toEqual(NAMES);
    for (const cookie of cookies)
      expect(cookie).toMatchObject({ httpOnly: true, secure: true, sameSite: 'Strict', path: '/' });
    // Else they would have been looked for in vain.
    expect(cookies.every(({ value }) => SECRET.test(value))).toBe(true);
    expect((await ask(page, 'POST', `${stage.sites.own}/v1/auth/logout`)).status).toBe(204);
    expect((await stage.cookies(profile)).map(({ name }) => name)).toEqual(['__Host-device']);
    expect((await stage.me(page)).status).toBe(401);
    await profile.close();
  });

  it('two tabs that refresh at the same moment, a hundred times, both stay signed in', async () => {
    const { profile, page } = await stage.victim();
    const tabs = [page, await openPage(profile, stage.sites.home)];
    for (let round = 0; round < ROUNDS; round++) {
      expect(await refreshAtOnce(stage, tabs)).toEqual(ALL_WELL);
      expect((await stage.cookies(profile)).map(({ name }) => name)).toEqual(NAMES);
    }
    await profile.close();
  });

  it('a front end of an allowed origin signs in, reads, changes and refreshes with credentials', async () => {
    const profile = await stage.profile();
    const page = await openPage(profile, stage.sites.app);
    const person = await stage.register();
    const renamed = async (displayName: string) =>
      ask(page, 'PATCH', `${stage.sites.own}/v1/users/me`, { displayName });
    const seen = [await stage.signIn(page, person), await renamed('Ada'), await stage.me(page)];
    seen.push(await stage.refresh(page), await ask(page, 'POST', `${stage.sites.own}/v1/auth/logout`));
    expect(seen.map(({ status }) => status)).toEqual([200, 200, 200, 200, 204]);
    expect(JSON.parse(seen[2]?.text ?? '')).toMatchObject({ email: person.email, displayName: 'Ada' });
    expect(JSON.stringify(seen)).not.toMatch(SECRET);
    expect(await inPage(page, 'kept')).toEqual({ cookie: '' });
    await profile.close();
  });
});

describe('in Chromium, with an access token of three seconds', () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await Stage.onLocalhost({ ACCESS_TOKEN_MINUTES: String(SHORT_SECONDS / 60) });
  });
  afterAll(async () => stage?.close());

  it('two tabs that refresh at the same moment when it has expired both stay signed in', async () => {
    const { profile, page } = await stage.victim();
    const tabs = [page, await openPage(profile, stage.sites.home)];
    for (let round = 0; round < EXPIRED_ROUNDS; round++) {
      await eventually(async () => expect((await stage.me(page)).status).toBe(401));
      expect(await refreshAtOnce(stage, tabs)).toEqual(ALL_WELL);
    }
    await profile.close();
  });
});
