import { LOGIN_BY_ACCOUNT, LOGIN_BY_KNOWN_DEVICES } from '../../../src/auth/auth.rate-limits';
import { changePassword } from '../../support/account-changes';
import { PASSWORD, startApp, type TestApp } from '../../support/app';
import { DEVICE, cookiesOf, Jar } from '../../support/cookies';
import { LimitedApp } from '../../support/limited';
import { inParallel } from '../../support/parallel';
import { expectProblem } from '../../support/problem';

const NEW = 'nine calm badgers on a ferry';
const WRONG = 'not the password of this account';

describe('device tokens and the limit on guessing', () => {
  let app: TestApp;
  let limited: LimitedApp;

  beforeAll(async () => {
    app = await startApp({ limits: true });
    limited = new LimitedApp(app);
  });

  afterAll(async () => app.close());

  const logIn = async (email: string, password: string, deviceToken?: string) =>
    app.api.post<{ deviceToken: string; accessToken: string }>('/v1/auth/login', {
      json: { email, password, deviceToken },
    });
  const devicesOf = async (email: string, count: number) =>
    inParallel(count, async () => (await logIn(email, PASSWORD)).body.deviceToken);
  /** How many wrong guesses are checked before the first 429, each device in its turn. */
  const guessesWith = async (email: string, devices: readonly string[], most: number): Promise<number> => {
    for (let guess = 0; guess < most; guess++) {
      const { status } = await logIn(email, WRONG, devices[guess % devices.length]);
      if (status === 429) return guess;
      expect(status).toBe(401);
    }
    return most;
  };

  it('all known devices of one account share a limit of 60 failed logins', async () => {
    const { email } = await app.someone();
    const devices = await devicesOf(email, 4);
    await limited.spend(LOGIN_BY_KNOWN_DEVICES, 54, email);
    expect(await guessesWith(email, devices, 10)).toBe(6);
  });

  it('one device has 20', async () => {
    const { email } = await app.someone();
    expect(await guessesWith(email, await devicesOf(email, 1), 25)).toBe(20);
  });

  it('successful sign-ins count towards neither', async () => {
    const { email } = await app.someone();
    const [device] = await devicesOf(email, 1);
    await limited.spend(LOGIN_BY_KNOWN_DEVICES, 59, email);
    for (let time = 0; time < 21; time++) expect((await logIn(email, PASSWORD, device)).status).toBe(200);
  });

  it('tokens issued before a change of the password give no limit of their own after it', async () => {
    const person = await app.someone();
    const stolen = await devicesOf(person.email, 2);
    const { body: owner } = await logIn(person.email, PASSWORD);
    expect(await changePassword(app, { ...owner, refreshToken: '' } as never, PASSWORD, NEW)).toBe(204);
    // Those of unknown devices: ten in half an hour, from wherever they come.
    expect(await guessesWith(person.email, stolen, 30)).toBe(10);
  });

  it('the device that changed the password by cookies stays known', async () => {
    const person = await app.someone();
    const browser = await new Jar(app).signIn(person);
    const former = browser.device;
    const json = { currentPassword: PASSWORD, newPassword: NEW };
    const answer = await browser.send('POST', '/v1/auth/password/change', { json });
    expect(answer.status).toBe(204);
    expect(Object.keys(cookiesOf(answer))).toEqual([DEVICE]);
    expect(browser.device).not.toBe(former);
    await limited.spend(LOGIN_BY_ACCOUNT, 10, person.email);
    expectProblem(await logIn(person.email, NEW, former), 429, 'rate-limited');
    expect((await logIn(person.email, NEW, browser.device)).status).toBe(200);
  });

  it('a change by a bearer token sets no cookie; the next sign-in gives a token that counts', async () => {
    const person = await app.someone();
    const { body: owner } = await logIn(person.email, PASSWORD);
    const json = { currentPassword: PASSWORD, newPassword: NEW };
    const answer = await app.api.post('/v1/auth/password/change', { token: owner.accessToken, json });
    expect(answer.headers.getSetCookie()).toEqual([]);
    const { body: again } = await logIn(person.email, NEW, owner.deviceToken);
    await limited.spend(LOGIN_BY_ACCOUNT, 10, person.email);
    expectProblem(await logIn(person.email, NEW, owner.deviceToken), 429, 'rate-limited');
    expect((await logIn(person.email, NEW, again.deviceToken)).status).toBe(200);
  });

  it('a token counts for 180 days after the last sign-in with it, and not for longer', async () => {
    const { email } = await app.someone();
    const [first = ''] = await devicesOf(email, 1);
    app.clock.advance({ days: 179 });
    const renewed = (await logIn(email, PASSWORD, first)).body.deviceToken;
    app.clock.advance({ days: 2 });
    await limited.spend(LOGIN_BY_ACCOUNT, 10, email);
    expectProblem(await logIn(email, PASSWORD, first), 429, 'rate-limited');
    expect((await logIn(email, PASSWORD, renewed)).status).toBe(200);
  });
});
