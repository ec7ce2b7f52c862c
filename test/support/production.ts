import { PASSWORD, startApp, type TestApp, type TestAppOptions } from './app';
import { Api, BY_HTTPS, type TokenBody } from './api';
import { freePort } from './process';

/** Names the peer of every request over a socket, and networks of which no request comes. */
export const PROXIES = '127.0.0.1,10.0.0.0/8,2001:db8:1::/48';

/** The application as in production, in this process. */
export async function startProduction({ env, ...rest }: TestAppOptions = {}): Promise<TestApp> {
  const production = {
    NODE_ENV: 'production',
    // The lowest that production starts with.
    BCRYPT_COST: '10',
    METRICS_PORT: String(await freePort()),
    TRUSTED_PROXIES: PROXIES,
  };
  return startApp({ log: [], ...rest, env: { ...production, ...env } });
}

/** As a TLS proxy on this machine would pass it on. */
export function overHttps({ api }: TestApp): Api {
  return new Api(api.url, BY_HTTPS, api.conformance);
}

export async function signInOverHttps(app: TestApp, email = 'ada@example.com'): Promise<TokenBody> {
  const api = overHttps(app);
  await api.post('/v1/auth/register', { json: { email, password: PASSWORD } });
  const { status, body } = await api.post<TokenBody>('/v1/auth/login', {
    json: { email, password: PASSWORD },
  });
  if (status !== 200) throw new Error(`signing in answered ${status}`);
  return body;
}
