import { type AccessManifest, describeAccess, describeAccessChanges } from '../../src/api-contract';
import { RateLimiter } from '../../src/platform/rate-limits';
import { RouteTable } from '../../src/platform/http';
import { CoreModule } from '../../src/core.module';
import type { Answer, ProblemBody } from '../support/api';
import { startApp, type TestApp } from '../support/app';
import { MANIFEST, placeOf } from '../support/manifest';
import { preview } from '../support/preview';
import { aMember } from '../support/staff';

/** Our routes that need no access token. All other specs read access-manifest.json: a new public route is added here alone. */
const PUBLIC = [
  'GET /.well-known/change-password',
  'GET /.well-known/jwks.json',
  'GET /.well-known/oauth-authorization-server',
  'GET /.well-known/passkey-endpoints',
  'GET /.well-known/webauthn',
  'GET /account',
  'GET /account/assets/{file}',
  'GET /account/{page}',
  'GET /health/live',
  'GET /health/ready',
  'GET /metrics',
  'GET /v1/auth/policy',
  'POST /v1/auth/email/change/confirm',
  'POST /v1/auth/email/change/undo',
  'POST /v1/auth/email/verify',
  'POST /v1/auth/email/verify/resend',
  'POST /v1/auth/factors/undo',
  'POST /v1/auth/invitations/accept',
  'POST /v1/auth/login',
  'POST /v1/auth/logout',
  'POST /v1/auth/mfa/passkey',
  'POST /v1/auth/mfa/recovery-code',
  'POST /v1/auth/mfa/totp',
  'POST /v1/auth/passkeys/login',
  'POST /v1/auth/passkeys/options',
  'POST /v1/auth/password/forgot',
  'POST /v1/auth/password/reset',
  'POST /v1/auth/refresh',
  'POST /v1/auth/register',
  'POST /v1/auth/sessions/end',
];

/** Served by no handler: the document and its page. */
const isDocument = (url: string) => /^\/docs(\/|$)|^\/openapi\.json$/.test(url);

/** What is counted after its body was read needs one. */
const FIELDS: Readonly<Record<string, readonly (keyof ReturnType<typeof known>)[]>> = {
  'POST /v1/auth/login': ['email', 'password'],
  'POST /v1/auth/reauthenticate': ['password'],
  'POST /v1/auth/password/change': ['currentPassword', 'newPassword'],
  'POST /v1/auth/email/change': ['password', 'newEmail'],
  'POST /v1/users/me/delete': ['password'],
  'POST /v1/users': ['email'],
};

const known = (password: string) => ({
  email: 'somebody@example.com',
  newEmail: 'somebody@example.com',
  password,
  currentPassword: password,
  newPassword: `${password}!`,
});

let app: TestApp;
let manifest: AccessManifest;

beforeAll(async () => {
  // Longer than a sign-in counts as recent: else the token would be over first.
  app = await startApp({ limits: true, env: { ACCESS_TOKEN_MINUTES: '60' } });
  manifest = describeAccess(app.nest);
});

afterAll(async () => app.close());

async function call(route: string, json: object, token?: string): Promise<Answer<ProblemBody | undefined>> {
  const { method, path } = placeOf(route);
  const body = method === 'GET' || method === 'DELETE' ? {} : { json };
  return app.api.send(method, path, { ...body, ...(token !== undefined && { token }) });
}

describe('the access manifest', () => {
  it('is the committed one: if this is meant, `npm run manifest` and commit the file', () => {
    expect(describeAccessChanges(MANIFEST, manifest)).toEqual([]);
  });

  it('opens these of our routes to requests without an access token', async () => {
    const ours = Object.entries(describeAccess(await preview(CoreModule)));
    expect(ours.flatMap(([route, { caller }]) => (caller === 'anybody' ? [route] : []))).toEqual(PUBLIC);
  });

  it('has every route that is served, and no other', () => {
    const { routes } = app.nest.get(RouteTable);
    const served = routes
      .filter(({ method, url }) => method !== 'HEAD' && !isDocument(url))
      .map(({ method, url }) => `${method} ${url.replace(/:(\w+)/g, '{$1}')}`);
    expect(Object.keys(manifest)).toEqual([...new Set(served)].toSorted());
  });

  it('says who may call as it is', async () => {
    for (const [route, { caller }] of Object.entries(manifest)) {
      const { body } = await call(route, {});
      const isRefused = body?.code === 'authentication-required';
      expect(`${route}: ${isRefused ? 'signed in' : 'anybody'}`).toBe(`${route}: ${caller}`);
    }
  });

  it('says which permissions and whose recent sign-in are asked for as it is', async () => {
    const plain = await aMember(app);
    const admin = await aMember(app, 'admin');
    app.clock.advance({ minutes: 16 });
    const closed = Object.entries(manifest).filter(([, { caller }]) => caller === 'signed in');
    for (const [route, { permissions, recentSignIn }] of closed) {
      const { headers } = await call(route, {}, plain.token);
      const missing = /scope="(.*?)"/.exec(headers.get('www-authenticate') ?? '')?.[1];
      expect({ route, missing: missing?.split(' ') ?? [] }).toEqual({ route, missing: permissions });
      const { body } = await call(route, {}, admin.token);
      const stale = body?.code === 'insufficient-user-authentication';
      expect(`${route}: ${stale}`).toBe(`${route}: ${recentSignIn}`);
    }
  });

  it('says what may be cached as it is', async () => {
    const { token } = await aMember(app, 'admin');
    for (const [route, { cache, handler }] of Object.entries(manifest)) {
      if (!route.startsWith('GET ')) continue;
      const { status, headers } = await call(route, {}, token);
      const said = headers.get('cache-control');
      // How long is a setting there.
      if (handler === 'WellKnownController.jwks')
        expect(said).toMatch(new RegExp(`^${cache}, max-age=\\d+$`));
      else expect(`${route}: ${said}`).toBe(`${route}: ${status === 200 ? cache : 'no-store'}`);
    }
  });

  it('says which requests of other sites are refused as it is', async () => {
    const { token } = await aMember(app);
    for (const [route, { crossSite, handler }] of Object.entries(manifest)) {
      // Only where it is asked for cookies: cross-site.spec.ts, second-step.spec.ts, attacks-on-signatures.spec.ts.
      if (handler.endsWith('.logIn') || route.startsWith('POST /v1/auth/mfa/')) continue;
      const { method, path } = placeOf(route);
      const { body } = await app.api.send<ProblemBody | undefined>(method, path, {
        ...(method !== 'GET' && method !== 'DELETE' && { json: {} }),
        headers: { cookie: `__Host-access=${token}`, 'sec-fetch-site': 'cross-site' },
      });
      const isRefused = body?.code === 'cross-site-request';
      expect(`${route}: ${isRefused}`).toBe(`${route}: ${crossSite === 'refused'}`);
    }
  });

  it('names every budget that a request to a route uses up', async () => {
    const used = new Map<string, Set<string>>();
    const attempts = app.nest.get(RateLimiter);
    let admin = await aMember(app, 'admin');
    for (const route of Object.keys(manifest)) {
      const { token, password } = admin;
      const names = new Set<string>();
      const claim = jest.spyOn(attempts, 'consume').mockImplementation(async (budget, ...subject) => {
        names.add(`${budget.name} per ${budget.per}`);
        return RateLimiter.prototype.consume.call(attempts, budget, ...subject);
      });
      const values = known(password);
      const fields = FIELDS[route] ?? [];
      const { status } = await call(
        route,
        Object.fromEntries(fields.map((field) => [field, values[field]])),
        token,
      );
      claim.mockRestore();
      // What succeeded may have ended the session.
      if (status < 300 && !route.startsWith('GET ')) admin = await aMember(app, 'admin');
      if (names.size > 0) used.set(route, names);
    }
    for (const [route, names] of used) {
      const stated = manifest[route]?.limits.map((limit) => limit.replace(/: \d+ (.*) in .*/, ' $1'));
      for (const name of names)
        expect({ route, stated }).toEqual({ route, stated: expect.arrayContaining([name]) });
    }
    // Counts a code only after its token was found genuine, which an example is not.
    const later = new Set(['POST /v1/auth/factors/totp/confirm']);
    const limited = Object.keys(manifest).filter((route) => manifest[route]?.limits.length);
    expect([...used.keys()]).toEqual(limited.filter((route) => !later.has(route)));
  });
});
