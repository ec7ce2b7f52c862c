import { describeAccess, describeApi } from '../../src/api-contract';
import { startApp, type TestApp } from '../../test/support/app';
import { expectProblem } from '../../test/support/problem';
import { tokenIn } from '../../test/support/smtp-sink';
import { aMemberWho, type Member } from '../../test/support/staff';
import { ApiKeysModule } from './api-keys';

describe('authentication by a strategy of a module', () => {
  let app: TestApp;
  let ada: Member;
  let key: string;

  beforeAll(async () => {
    app = await startApp({ modules: [ApiKeysModule], smtp: true });
    ada = await aMemberWho(app, 'reports:read');
    key = await renew(ada);
  });

  afterAll(async () => app.close());

  const renew = async ({ token }: Member) => {
    const { status, body } = await app.api.post<{ key: string }>('/v1/api-key', { token });
    expect(status).toBe(201);
    return body.key;
  };
  const reports = async (headers: Record<string, string>) => app.api.get('/v1/reports', { headers });
  const bearer = { authorization: '' };

  it('admits the owner of a key, with the current rights', async () => {
    const answer = await reports({ 'x-api-key': key });
    expect([answer.status, answer.body]).toEqual([200, [`report of ${ada.id}`]]);
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  it.each([
    ['nothing', {}],
    ['an access token, which the route does not take', () => ({ authorization: `Bearer ${ada.token}` })],
    ['the cookie of an access token', () => ({ cookie: `__Host-access=${ada.token}` })],
    ['an empty Bearer header', bearer],
  ])('stays closed to %s', async (_, headers) => {
    const answer = await reports(typeof headers === 'function' ? headers() : { ...headers });
    expectProblem(answer, 401, 'authentication-required');
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="Gatehouse"');
  });

  it.each(['', 'ak_', 'ak_guess', "' OR true --"])('stays closed to the wrong key "%s"', async (wrong) => {
    expectProblem(await reports({ 'x-api-key': wrong }), 401, 'invalid-api-key');
  });

  it('asks for the permissions of the route', async () => {
    const other = await aMemberWho(app, 'users:read');
    expectProblem(await reports({ 'x-api-key': await renew(other) }), 403, 'insufficient-permission');
  });

  it('is refused once its user is disabled', async () => {
    const eve = await aMemberWho(app, 'reports:read');
    const hers = await renew(eve);
    expect((await reports({ 'x-api-key': hers })).status).toBe(200);
    await app.query(`UPDATE users SET status = 'disabled' WHERE id = $1`, [eve.id]);
    expectProblem(await reports({ 'x-api-key': hers }), 401, 'invalid-api-key');
  });

  it('is void after an account recovery, whether the owner or an attacker created it', async () => {
    const victim = await app.someone();
    const thief = await app.signIn(victim);
    const planted = (await app.api.post<{ key: string }>('/v1/api-key', { token: thief.accessToken })).body
      .key;
    await app.query(`UPDATE users SET roles = '{admin}', email_verified = true WHERE email = $1`, [
      victim.email,
    ]);
    expect((await reports({ 'x-api-key': planted })).status).toBe(200);
    await app.api.post('/v1/auth/password/forgot', { json: { email: victim.email } });
    const token = tokenIn(await app.mailFor(victim.email, 'Set a new password for Gatehouse'));
    const json = { token, newPassword: 'nine calm badgers on a ferry' };
    expect((await app.api.post('/v1/auth/password/reset', { json })).status).toBe(204);
    expectProblem(await reports({ 'x-api-key': planted }), 401, 'invalid-api-key');
  });

  it('opens no other route', async () => {
    for (const path of ['/v1/users/me', '/v1/auth/principal', '/v1/sessions'])
      expectProblem(
        await app.api.get(path, { headers: { 'x-api-key': key } }),
        401,
        'authentication-required',
      );
  });

  describe('beside access tokens', () => {
    const create = async (headers: Record<string, string>) => app.api.post('/v1/reports', { headers });

    it('admits by either', async () => {
      expect((await create({ 'x-api-key': key })).status).toBe(201);
      expect((await create({ authorization: `Bearer ${ada.token}` })).status).toBe(201);
    });

    it('does not replace an invalid access token', async () => {
      expectProblem(await create({ 'x-api-key': key, authorization: 'Bearer x.y.z' }), 401, 'invalid-token');
      const { token } = await aMemberWho(app, 'users:read');
      const other = { 'x-api-key': key, authorization: `Bearer ${token}` };
      expectProblem(await create(other), 403, 'insufficient-permission');
    });

    it('refuses cross-site requests', async () => {
      const site = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' };
      expectProblem(await create({ ...site, 'x-api-key': key }), 403, 'cross-site-request');
      expectProblem(
        await create({ ...site, cookie: `__Host-access=${ada.token}` }),
        403,
        'cross-site-request',
      );
    });
  });

  it('is in the manifest', () => {
    const manifest = describeAccess(app.nest);
    expect(manifest['GET /v1/reports']).toMatchObject({
      caller: 'signed in',
      strategies: ['api-key'],
      permissions: ['reports:read'],
    });
    expect(manifest['POST /v1/reports']?.strategies).toEqual(['jwt', 'api-key']);
    expect(manifest['POST /v1/api-key']?.strategies).toEqual(['jwt']);
  });

  it('is in the OpenAPI document', () => {
    const { components, paths } = describeApi(app.nest);
    expect(components?.securitySchemes?.['api-key']).toEqual({
      type: 'apiKey',
      in: 'header',
      name: 'x-api-key',
    });
    expect(JSON.stringify(components?.schemas)).toContain('InvalidApiKeyProblem');
    expect(paths['/v1/reports']?.get?.security).toEqual([{ 'api-key': [] }]);
    expect(paths['/v1/reports']?.post?.security).toEqual([{ bearer: [] }, { cookie: [] }, { 'api-key': [] }]);
    expect(paths['/v1/api-key']?.post?.security).toBeUndefined();
  });

  it('stores only a digest of the key, and deletes it with its user', async () => {
    const rows = await app.query('SELECT digest FROM api_keys');
    expect(JSON.stringify(rows)).not.toContain(key);
    expect((await app.api.send('DELETE', '/v1/api-key', { token: ada.token })).status).toBe(204);
    expectProblem(await reports({ 'x-api-key': key }), 401, 'invalid-api-key');
  });
});
