import { decodeJwt } from 'jose';
import { MailSettings } from '../../../src/platform/mail';
import type { TokenBody } from '../../support/api';
import { type TestApp } from '../../support/app';
import { sharedApp } from '../../support/shared-app';

const PUBLIC_URL = 'http://localhost:3000/auth';

describe('an application whose PUBLIC_URL has a path', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await sharedApp({ env: { PUBLIC_URL } });
  });

  it.each(['', '/auth'])(
    'answers with the prefix %j, whether the ingress strips it or not',
    async (prefix) => {
      const json = await app.someone();
      const { status, body } = await app.api.post<TokenBody>(`${prefix}/v1/auth/login`, { json });
      expect(status).toBe(200);
      expect(decodeJwt(body.accessToken).iss).toBe(PUBLIC_URL);
      expect((await app.api.get(`${prefix}/v1/users/me`, { token: body.accessToken })).status).toBe(200);
      expect((await app.api.get(`${prefix}/nope`)).status).toBe(404);
      expect((await app.api.send('PUT', `${prefix}/v1/users/me`)).status).toBe(405);
    },
  );

  it.each(['/.well-known/oauth-authorization-server/auth', '/auth/.well-known/oauth-authorization-server'])(
    'has its metadata at %s (RFC 8414 section 3.1)',
    async (path) => {
      const { status, body } = await app.api.get(path);
      expect(status).toBe(200);
      expect(body).toMatchObject({ issuer: PUBLIC_URL, jwks_uri: `${PUBLIC_URL}/.well-known/jwks.json` });
      expect((await app.api.get('/auth/.well-known/jwks.json')).status).toBe(200);
    },
  );

  it('sends people below its path: documents, links in mails, what it makes', async () => {
    expect((await app.api.get('/auth/')).headers.get('location')).toBe('/auth/docs');
    const { body } = await app.api.get<{ servers: object[] }>('/auth/openapi.json');
    expect(body.servers).toEqual([expect.objectContaining({ url: '/auth' })]);
    expect(app.nest.get(MailSettings, { strict: false }).linkWith('x')).toBe(`${PUBLIC_URL}/account#token=x`);
    const change = await app.api.get('/auth/.well-known/change-password');
    expect(change.headers.get('location')).toBe(`${PUBLIC_URL}/account`);
  });

  it('compares origins, not addresses, with those of pages', async () => {
    const json = await app.someone();
    const path = '/auth/v1/auth/login?useCookies=true';
    const of = async (origin: string) => app.api.post(path, { json, headers: { origin } });
    const { status, headers } = await of('http://localhost:3000');
    expect(status).toBe(200);
    for (const cookie of headers.getSetCookie()) expect(cookie).toContain('; Path=/;');
    for (const origin of ['http://localhost:3001', PUBLIC_URL]) expect((await of(origin)).status).toBe(403);
  });
});
