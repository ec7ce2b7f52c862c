import type { TokenBody } from '../../support/api';
import type { TestApp } from '../../support/app';
import { inParallel } from '../../support/parallel';
import { expectProblem } from '../../support/problem';
import {
  expectDead,
  expectOwnedBy,
  linkOf,
  logIn,
  newAddress,
  type Registration,
  verify,
} from '../../support/registrations';
import { expectOver } from '../../support/sessions';
import { tokenIn } from '../../support/smtp-sink';
import { nextLink } from '../../support/mailbox';
import { sharedApp } from '../../support/shared-app';

const EVE_LATER = 'eleven loud magpies in a tram';

describe('an attacker who registers first and may sign in at once', () => {
  let app: TestApp;
  let ada: Registration;
  let eve: Registration;
  let tokens: TokenBody & { deviceToken: string };

  beforeAll(async () => {
    app = await sharedApp({ smtp: true });
  });

  beforeEach(async () => {
    eve = { ...(await app.someone({ password: 'nine calm badgers on a ferry' })), displayName: 'Eve' };
    ada = { email: eve.email, password: 'teal otters juggle 7 lanterns', displayName: 'Ada' };
    await app.query('UPDATE users SET display_name = $2 WHERE email = $1', [eve.email, eve.displayName]);
    tokens = (await logIn(app, eve)).body;
  });

  const post = async (path: string, json: object, token?: string) =>
    app.api.post(`/v1/auth/${path}`, { json, ...(token !== undefined && { token }) });
  const statusOf = async (path: string, json: object, token?: string) =>
    (await post(path, json, token)).status;

  /** Asks for a change to a mailbox of the attacker. */
  async function askToMove(newEmail: string): Promise<{ confirmation: object; undo: object }> {
    const json = { newEmail, password: eve.password };
    expect(await statusOf('email/change', json, tokens.accessToken)).toBe(202);
    const [undo, confirmation] = [await app.mailFor(ada.email), await app.mailFor(newEmail)];
    return { confirmation: { token: tokenIn(confirmation) }, undo: { token: tokenIn(undo) } };
  }

  /** Signs up and proves the mailbox, as an owner does who does not know of the attacker. */
  async function adaArrives(between: () => Promise<void> = async () => undefined): Promise<void> {
    const link = await linkOf(app, ada);
    await between();
    expectProblem(await verify(app, link), 422, 'password-required');
    expect((await verify(app, link, ada.password)).status).toBe(204);
  }

  it.each(['before', 'after'])('loses the sessions opened %s the owner registered', async (when) => {
    const sessions: TokenBody[] = [tokens];
    const signInMore = async () => {
      sessions.push((await logIn(app, eve)).body);
      const refreshed = { json: { refreshToken: tokens.refreshToken } };
      sessions.push((await app.api.post<TokenBody>('/v1/auth/refresh', refreshed)).body);
    };
    if (when === 'before') await signInMore();
    await adaArrives(when === 'after' ? signInMore : undefined);
    await expectOver(app, ...sessions);
    await expectOwnedBy(app, ada, eve.password);
  });

  it('gets no lasting session by signing in at the same instant', async () => {
    const link = await linkOf(app, ada);
    const signIns = inParallel(4, async () => logIn(app, eve));
    expect((await verify(app, link, ada.password)).status).toBe(204);
    for (const { status, body } of await signIns) if (status === 200) await expectOver(app, body);
    await expectOwnedBy(app, ada, eve.password);
  });

  it.each(['before', 'after'])('loses the password changed to %s the owner registered', async (when) => {
    const change = async () => {
      const json = { currentPassword: eve.password, newPassword: EVE_LATER };
      expect(await statusOf('password/change', json, tokens.accessToken)).toBe(204);
      await app.mailFor(ada.email);
    };
    if (when === 'before') await change();
    await adaArrives(when === 'after' ? change : undefined);
    await expectOwnedBy(app, ada, eve.password, EVE_LATER);
  });

  it('cannot change the password at the same instant', async () => {
    const link = await linkOf(app, ada);
    const json = { currentPassword: eve.password, newPassword: EVE_LATER };
    const change = post('password/change', json, tokens.accessToken);
    expect((await verify(app, link, ada.password)).status).toBe(204);
    expect([204, 401]).toContain((await change).status);
    await expectOver(app, tokens);
    await expectOwnedBy(app, ada, eve.password, EVE_LATER);
  });

  it('cannot set a lasting name of the account', async () => {
    const link = await linkOf(app, ada);
    const renamed = { json: { displayName: 'Eve again' }, token: tokens.accessToken };
    expect((await app.api.patch('/v1/users/me', renamed)).status).toBe(200);
    expect((await verify(app, link, ada.password)).status).toBe(204);
    await expectOwnedBy(app, ada, eve.password);
  });

  it('cannot move the account to a mailbox of their own any more', async () => {
    const { confirmation } = await askToMove(newAddress());
    await adaArrives();
    expectProblem(await post('email/change/confirm', confirmation), 422, 'invalid-or-expired-token');
    await expectOwnedBy(app, ada, eve.password);
  });

  it('loses it by the mail that the owner got, where they moved it there in time', async () => {
    const [link, newEmail] = [await linkOf(app, ada), newAddress()];
    const { confirmation, undo } = await askToMove(newEmail);
    expect(await statusOf('email/change/confirm', confirmation)).toBe(204);
    await expectDead(app, link);
    expect(await statusOf('email/change/undo', undo)).toBe(204);
    const reset = { token: await nextLink(app, ada.email), newPassword: ada.password };
    expect(await statusOf('password/reset', reset)).toBe(204);
    await expectOver(app, tokens);
    for (const email of [ada.email, newEmail]) expect((await logIn(app, { ...eve, email })).status).toBe(401);
    expect((await logIn(app, ada)).status).toBe(200);
  });

  it('either moves it there or does not, where both happen at once', async () => {
    const link = await linkOf(app, ada);
    const { confirmation } = await askToMove(newAddress());
    const [verified, moved] = await Promise.all([
      verify(app, link, ada.password),
      post('email/change/confirm', confirmation),
    ]);
    const isHers = verified.status === 204;
    expect([verified.status, moved.status]).toEqual(isHers ? [204, 422] : [422, 204]);
    if (isHers) await expectOwnedBy(app, ada, eve.password);
  });

  it('cannot use a link for a new password that was asked for before', async () => {
    expect(await statusOf('password/forgot', { email: ada.email })).toBe(202);
    const token = tokenIn(await app.mailFor(ada.email));
    await adaArrives();
    const answer = await post('password/reset', { token, newPassword: EVE_LATER });
    expectProblem(answer, 422, 'invalid-or-expired-token');
    await expectOwnedBy(app, ada, eve.password, EVE_LATER);
  });

  it("does not keep a device that counts as the owner's", async () => {
    const { deviceToken } = tokens;
    await adaArrives();
    const { email, password } = ada;
    const signIn = { json: { email, password, deviceToken } };
    const { body } = await app.api.post<{ deviceToken: string }>('/v1/auth/login', signIn);
    expect(body.deviceToken).toMatch(/^dt_/);
    expect(body.deviceToken).not.toBe(deviceToken);
  });
});
