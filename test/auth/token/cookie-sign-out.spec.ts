import type { Answer, Call } from '../../support/api';
import type { TestApp } from '../../support/app';
import { ACCESS, clearedBy, cookiesOf, DEVICE, isOpen, Jar, REFRESH, signedIn } from '../../support/cookies';
import { sharedApp } from '../../support/shared-app';

const BOTH = [ACCESS, REFRESH];

describe('signing out by cookies', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await sharedApp();
  });

  const logOut = async (jar: Jar, call: Call = {}) => jar.send('POST', '/v1/auth/logout', call);
  const expectSignedOut = (answer: Answer) => {
    expect([answer.status, answer.text]).toEqual([204, '']);
    expect(clearedBy(answer).toSorted()).toEqual(BOTH);
    expect(Object.keys(cookiesOf(answer)).toSorted()).toEqual(BOTH);
  };
  const only = (jar: Jar, ...names: string[]) =>
    new Jar(app).keep(Object.fromEntries(Object.entries(jar.all).filter(([name]) => names.includes(name))));

  it.each([
    ['both', BOTH],
    ['the access token', [ACCESS]],
    ['the refresh token', [REFRESH]],
  ])('ends the session with %s, and leaves the device its cookie', async (_, names) => {
    const jar = await signedIn(app);
    const sent = only(jar, ...names, DEVICE);
    expectSignedOut(await logOut(sent));
    expect(sent.all).toEqual({ [DEVICE]: jar.device });
    expect(await isOpen(app, jar)).toBe(false);
    expect((await jar.send('POST', '/v1/auth/refresh')).status).toBe(401);
  });

  it('ends the sessions of both, where they are of two', async () => {
    const [one, other, third] = [await signedIn(app), await signedIn(app), await signedIn(app)];
    expectSignedOut(await logOut(new Jar(app).keep({ [ACCESS]: one.access, [REFRESH]: other.refresh })));
    expect([await isOpen(app, one), await isOpen(app, other)]).toEqual([false, false]);
    expect(await isOpen(app, third)).toBe(true);
  });

  it('ends that of a refresh token in the body as well', async () => {
    const [jar, other] = [await signedIn(app), await signedIn(app)];
    expectSignedOut(await logOut(jar.copy(), { json: { refreshToken: other.refresh } }));
    expect([await isOpen(app, jar), await isOpen(app, other)]).toEqual([false, false]);
  });

  it('works with cookies that have expired', async () => {
    const jar = await signedIn(app);
    app.clock.advance({ hours: 1 });
    expectSignedOut(await logOut(only(jar, ACCESS)));
    expect((await jar.send('POST', '/v1/auth/refresh')).status).toBe(401);
  });

  it('clears invalid cookies, too, and revokes nothing', async () => {
    const jar = await signedIn(app);
    const planted = { [ACCESS]: `${jar.access.slice(0, -8)}AAAAAAAA`, [REFRESH]: `${jar.refresh}A` };
    expectSignedOut(await logOut(jar.copy().keep(planted)));
    expectSignedOut(await logOut(new Jar(app).keep({ [ACCESS]: '', [REFRESH]: '' })));
    expect(await isOpen(app, jar)).toBe(true);
  });

  it('can be done twice', async () => {
    const jar = await signedIn(app);
    for (const each of [jar.copy(), jar.copy()]) expectSignedOut(await logOut(each));
  });

  it.each([
    ['nothing at all', {}],
    ['a device token', { [DEVICE]: 'dt_nonsense' }],
    ['cookies that only look alike', { [`x${REFRESH}`]: 'a', '__host-access': 'b' }],
  ])('with %s takes nothing away: a form of another site would do that', async (_, cookies) => {
    const answer = await logOut(new Jar(app).keep(cookies));
    expect([answer.status, cookiesOf(answer)]).toEqual([204, {}]);
  });

  it('with a refresh token in the body only clears nothing', async () => {
    const jar = await signedIn(app);
    const answer = await app.api.post('/v1/auth/logout', { json: { refreshToken: jar.refresh } });
    expect([answer.status, cookiesOf(answer)]).toEqual([204, {}]);
    expect(await isOpen(app, jar)).toBe(false);
  });

  it.each([
    ['a good one', async () => (await app.signIn()).accessToken],
    ['a bad one', async () => 'nonsense'],
    ['an empty one', async () => ''],
  ])('looks at no cookie beside a Bearer header, %s', async (_, tokenOf) => {
    const jar = await signedIn(app);
    const token = await tokenOf();
    const answer = await logOut(jar, { token });
    expect([answer.status, cookiesOf(answer)]).toEqual([204, {}]);
    expect(await isOpen(app, { access: token })).toBe(false);
    expect(await isOpen(app, jar)).toBe(true);
    const twice = { cookie: `${REFRESH}=${jar.refresh}; ${REFRESH}=${jar.refresh}` };
    expect((await app.api.post('/v1/auth/logout', { token, headers: twice })).status).toBe(204);
    expect(await isOpen(app, jar)).toBe(true);
  });
});

describe('a sign-in by cookies', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await sharedApp();
  });

  it('ends the session whose refresh cookie it replaces: no client could end it any more', async () => {
    const person = await app.someone();
    const jar = await new Jar(app).signIn(person);
    const before = jar.copy();
    await jar.signIn(person);
    expect([await isOpen(app, before), await isOpen(app, jar)]).toEqual([false, true]);
    expect((await before.send('POST', '/v1/auth/refresh')).status).toBe(401);
  });

  it('as another user revokes the session of the former user in this browser only', async () => {
    const [ada, bob] = [await app.someone(), await app.someone()];
    const elsewhere = await new Jar(app).signIn(ada);
    const jar = await new Jar(app).signIn(ada);
    const before = jar.copy();
    await jar.signIn(bob);
    expect((await jar.send('GET', '/v1/users/me')).body).toMatchObject({ email: bob.email });
    expect([await isOpen(app, before), await isOpen(app, elsewhere)]).toEqual([false, true]);
  });

  it('that fails revokes nothing, nor does one with its tokens in the body', async () => {
    const person = await app.someone();
    const jar = await new Jar(app).signIn(person);
    const wrong = { ...person, password: 'not the password of any user' };
    expect((await jar.send('POST', '/v1/auth/login?useCookies=true', { json: wrong })).status).toBe(401);
    expect((await jar.send('POST', '/v1/auth/login', { json: person })).status).toBe(200);
    expect(await isOpen(app, jar)).toBe(true);
  });

  it('revokes nothing for a malformed cookie', async () => {
    const jar = await signedIn(app);
    const planted = new Jar(app).keep({ [REFRESH]: `${jar.refresh}A` });
    await planted.signIn(await app.someone());
    expect([await isOpen(app, jar), await isOpen(app, planted)]).toEqual([true, true]);
  });
});
