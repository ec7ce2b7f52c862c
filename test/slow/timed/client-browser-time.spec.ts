import type { BrowserContext, Page } from 'playwright-core';
import { ClientStage } from '../../support/client-stage';
import { eventually } from '../../support/eventually';
import { expectTimes } from '../../support/timing';

const TABS = 20;
const ROUNDS = 10;
const LIFE_SECONDS = 4;
const REFRESH = 'POST /v1/auth/refresh';

const all = async <T>(tabs: readonly Page[], script: string): Promise<T[]> =>
  Promise.all(tabs.map(async (tab) => tab.evaluate<T>(script)));
const me = async (tabs: readonly Page[]) => all<string>(tabs, 'me()');
const eachOf = <T>(tabs: readonly unknown[], value: T): T[] => tabs.map(() => value);

describe('in Chromium, with an access token of four seconds', () => {
  let stage: ClientStage;
  let profile: BrowserContext;
  let person: { email: string; password: string };

  beforeAll(async () => {
    stage = await ClientStage.build({ ACCESS_TOKEN_MINUTES: String(LIFE_SECONDS / 60) });
  });

  afterAll(async () => stage?.close());

  beforeEach(async () => {
    profile = await stage.profile();
    person = await stage.register();
  });

  afterEach(async () => profile.close());

  const signIn = async (tab?: Page) => tab?.evaluate(`client.session.signIn(${JSON.stringify(person)})`);
  /** Waits until the access token that the tabs share has expired, after they were all served. */
  async function expired([tab]: readonly Page[]): Promise<void> {
    const servedAt = performance.now();
    const status = "fetch('/v1/auth/principal').then((answer) => answer.status)";
    await eventually(async () => {
      expect(await tab?.evaluate(status)).toBe(401);
      // The server counts from when it signed the token, the tabs from when it arrived.
      expect(performance.now() - servedAt).toBeGreaterThan(LIFE_SECONDS * 1_000);
    });
  }

  it('twenty tabs renew once for each time that it expires, before anything is refused', async () => {
    const tabs = await stage.tabs(profile, TABS);
    await signIn(tabs[0]);
    await eventually(async () => expect(await me(tabs)).toEqual(eachOf(tabs, person.email)));
    const renew = async () => {
      const [refreshed, refused] = [stage.count(REFRESH), stage.count('GET /v1/users/me 401')];
      for (let round = 0; round < ROUNDS; round++) {
        await expired(tabs);
        expect(await me(tabs)).toEqual(eachOf(tabs, person.email));
      }
      return {
        refreshes: stage.count(REFRESH) - refreshed,
        refused: stage.count('GET /v1/users/me 401') - refused,
      };
    };
    // Where twenty answers take longer than a token lives, there are more.
    await expectTimes(`${TABS} tabs, expired ${ROUNDS} times`, renew, (figures) =>
      expect(figures).toEqual({ refreshes: ROUNDS, refused: 0 }),
    );
  });

  it('no tab sees anything of a restart that comes when it has expired', async () => {
    const tabs = await stage.tabs(profile, TABS);
    await signIn(tabs[0]);
    await eventually(async () => expect(await me(tabs)).toEqual(eachOf(tabs, person.email)));
    const restart = async () => {
      await expired(tabs);
      let seen: Promise<string[]> | undefined;
      await stage.restart(async () => {
        seen = me(tabs);
      });
      return { 'tabs that saw it': (await seen)?.filter((what) => what !== person.email).length ?? TABS };
    };
    // Where the application takes longer to start than the client tries, they do.
    await expectTimes('a restart', restart, (figures) => expect(figures['tabs that saw it']).toBe(0));
  });

  it('a tab that does not notice that time has passed goes by what the server says', async () => {
    const tabs = await stage.tabs(profile, 1);
    const [deaf] = tabs;
    await signIn(deaf);
    // As after the sleep of a machine in which that clock stood still.
    await deaf?.evaluate('{ const now = performance.now(); performance.now = () => now; }');
    await expired(tabs);
    expect(await deaf?.evaluate('me()')).toBe(person.email);
  });
});

describe('tabs in bearer mode', () => {
  let stage: ClientStage;
  let profile: BrowserContext;
  let tabs: Page[];

  beforeAll(async () => {
    stage = await ClientStage.build();
    profile = await stage.profile();
    tabs = await stage.tabs(profile, 3, 'bearer');
  });

  afterAll(async () => stage?.close());

  it('have a session each, which a reload ends and no storage keeps', async () => {
    const people = await Promise.all(tabs.map(async () => stage.register()));
    for (const [index, tab] of tabs.entries())
      await tab.evaluate(`client.session.signIn(${JSON.stringify(people[index])})`);
    expect(await me(tabs)).toEqual(people.map(({ email }) => email));
    const kept = await all<object>(
      tabs,
      'indexedDB.databases().then((made) => [gatehouse.kept(), made.length])',
    );
    expect(kept).toEqual(eachOf(tabs, [{ cookie: '' }, 0]));
    expect(await profile.cookies()).toEqual([]);
    await tabs[0]?.reload();
    await tabs[0]?.waitForFunction('window.client !== undefined');
    expect(await tabs[0]?.evaluate('client.session.state')).toBe('signed-out');
  });

  it('hear nothing of each other that is a secret', async () => {
    const [spy, victim] = tabs;
    await spy?.evaluate(`{
      window.overheard = [];
      for (const mode of ['bearer', 'cookie'])
        new BroadcastChannel('gatehouse ' + mode + ' ' + location.origin).onmessage = ({ data }) => overheard.push(data);
    }`);
    await victim?.evaluate(`client.session.signIn(${JSON.stringify(await stage.register())})`);
    await victim?.evaluate('client.session.signOut()');
    await eventually(async () => expect(await spy?.evaluate('overheard')).toEqual([{ type: 'signed-out' }]));
  });

  it('all end their own session when one of them signs out', async () => {
    const people = await Promise.all(tabs.map(async () => stage.register()));
    for (const [index, tab] of tabs.entries())
      await tab.evaluate(`client.session.signIn(${JSON.stringify(people[index])})`);
    const before = stage.count('POST /v1/auth/logout');
    await tabs[1]?.evaluate('client.session.signOut()');
    await eventually(async () =>
      expect(await all(tabs, 'client.session.state')).toEqual(eachOf(tabs, 'signed-out')),
    );
    expect(stage.count('POST /v1/auth/logout') - before).toBe(tabs.length);
    expect(await me(tabs)).toEqual(eachOf(tabs, 'authentication-required'));
  });

  it('ignore messages that are not of their kind', async () => {
    const [liar, victim] = tabs;
    const person = await stage.register();
    await victim?.evaluate(`client.session.signIn(${JSON.stringify(person)})`);
    await liar?.evaluate(`{
      const channel = new BroadcastChannel('gatehouse bearer ' + location.origin);
      for (const message of [null, 1, 'signed-out', {}, { type: 'signed-in' }, { type: 'refreshed', expiresIn: '1' },
        { type: 'signed-in', expiresIn: 1, tokens: { accessToken: 'a', refreshToken: 'b' } }]) channel.postMessage(message);
    }`);
    expect(await victim?.evaluate('me()')).toBe(person.email);
  });
});
