import { PasswordsService } from '../../../src/passwords';
import type { ProblemBody, TokenBody } from '../../support/api';
import { PASSWORD, type TestApp } from '../../support/app';
import { openSession } from '../../support/sessions';
import { sharedApp } from '../../support/shared-app';

describe('reauthenticating', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await sharedApp();
  });

  const open = async () => openSession(app, await app.someone());
  const reauthenticate = (token: string, password = PASSWORD) =>
    app.api.post<TokenBody & ProblemBody>('/v1/auth/reauthenticate', { token, json: { password } });
  const refresh = (refreshToken: string) =>
    app.api.post<TokenBody & ProblemBody>('/v1/auth/refresh', { json: { refreshToken } });
  const claimsOf = ({ accessToken }: TokenBody) =>
    JSON.parse(Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString()) as {
      sid: string;
      auth_time: number;
    };

  it('answers with tokens of the same session and a new auth_time', async () => {
    const before = await open();
    app.clock.advance({ minutes: 10 });
    const { status, body: after } = await reauthenticate(before.accessToken);
    expect(status).toBe(200);
    expect(claimsOf(after).sid).toBe(claimsOf(before).sid);
    expect(claimsOf(after).auth_time).toBe(claimsOf(before).auth_time + 600);
    const { body: later } = await refresh(after.refreshToken);
    expect(claimsOf(later).auth_time).toBe(claimsOf(after).auth_time);
  });

  it('rotates to the next refresh generation, which a concurrent refresh gets as well', async () => {
    const tokens = await open();
    const { body: after } = await reauthenticate(tokens.accessToken);
    const { status, body: other } = await refresh(tokens.refreshToken);
    expect(status).toBe(200);
    expect(other.refreshToken).toBe(after.refreshToken);
  });

  it('makes the previous refresh token an earlier one, whose reuse revokes the session', async () => {
    const tokens = await open();
    const { body: after } = await reauthenticate(tokens.accessToken);
    app.clock.advance({ seconds: 31 });
    expect((await refresh(tokens.refreshToken)).status).toBe(401);
    expect((await refresh(after.refreshToken)).status).toBe(401);
  });

  it('returns the same generation again to a client that lost the response', async () => {
    const tokens = await open();
    const lost = await reauthenticate(tokens.accessToken);
    const retried = await reauthenticate(tokens.accessToken);
    expect(retried.body.refreshToken).toBe(lost.body.refreshToken);
    expect((await refresh(tokens.refreshToken)).status).toBe(200);
  });

  it('works with an access token that is older than the last refresh', async () => {
    const tokens = await open();
    const second = (await refresh(tokens.refreshToken)).body;
    const third = (await refresh(second.refreshToken)).body;
    app.clock.advance({ minutes: 1 });
    const { status, body } = await reauthenticate(tokens.accessToken);
    expect(status).toBe(200);
    expect(body.refreshToken).not.toBe(third.refreshToken);
    expect((await refresh(body.refreshToken)).status).toBe(200);
  });

  it('refuses a wrong password and changes nothing', async () => {
    const tokens = await open();
    const { status, body, headers } = await reauthenticate(tokens.accessToken, `${PASSWORD}!`);
    expect([status, body.code]).toEqual([401, 'invalid-credentials']);
    expect(headers.get('www-authenticate')).toBe('Bearer realm="Gatehouse"');
    expect((await refresh(tokens.refreshToken)).status).toBe(200);
  });

  it('needs an access token, and one of a live session', async () => {
    expect((await app.api.post('/v1/auth/reauthenticate', { json: { password: PASSWORD } })).status).toBe(
      401,
    );
    const tokens = await open();
    await app.query('UPDATE sessions SET revoked_at = now() WHERE id = $1', [claimsOf(tokens).sid]);
    const { status, body } = await reauthenticate(tokens.accessToken);
    expect([status, body.code]).toEqual([401, 'invalid-token']);
  });

  it('is refused where the session has no further generation, as is a refresh', async () => {
    const tokens = await open();
    await app.query('UPDATE sessions SET generation = 2147483647 WHERE id = $1', [claimsOf(tokens).sid]);
    expect((await reauthenticate(tokens.accessToken)).status).toBe(401);
    expect((await refresh(tokens.refreshToken)).status).toBe(401);
  });

  it('is refused where the user signed out everywhere else while the password was checked', async () => {
    const { accessToken: token } = await open();
    const passwords = app.nest.get(PasswordsService);
    const verify = passwords.verify.bind(passwords);
    jest.spyOn(passwords, 'verify').mockImplementationOnce(async (...parameters) => {
      expect((await app.api.delete('/v1/sessions', { token })).status).toBe(204);
      return verify(...parameters);
    });
    const { status, body } = await reauthenticate(token);
    expect([status, body.code]).toEqual([401, 'invalid-token']);
    expect((await reauthenticate(token)).status).toBe(200);
  });

  it('reveals nothing of the session in the access token: its jti differs every time and decrypts under our key only', async () => {
    const tokens = await open();
    const jtiOf = (body: TokenBody) => (claimsOf(body) as unknown as { jti: string }).jti;
    const secret = Buffer.from(tokens.refreshToken.slice(3), 'base64url').subarray(20, 52);
    expect(Buffer.from(jtiOf(tokens), 'base64url').includes(secret)).toBe(false);
    const replays = await Promise.all([1, 2, 3].map(async () => (await refresh(tokens.refreshToken)).body));
    expect(new Set(replays.map(jtiOf)).size).toBe(3);
  });
});
