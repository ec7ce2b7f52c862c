import { Client } from 'pg';
import type { Api, TokenBody } from '../support/api';
import { Home } from '../support/home';
import { freePort } from '../support/process';
import { AUTH_SECRET } from '../support/settings';

const ADA = { email: 'ada@example.com', password: 'teal otters juggle 7 lanterns' };
const BOB = { email: 'bob@example.com', password: 'nine quiet teapots orbit saturn' };

let home: Home;

beforeEach(() => {
  home = new Home();
});

afterEach(async () => home.clear());

async function register(api: Api, person: object): Promise<void> {
  expect((await api.post('/v1/auth/register', { json: person })).status).toBe(202);
}

async function signIn(api: Api, person: object): Promise<TokenBody> {
  const { status, body } = await api.post<TokenBody>('/v1/auth/login', { json: person });
  expect(status).toBe(200);
  return body;
}

async function answers(url: string): Promise<boolean> {
  const client = new Client(url);
  try {
    await client.connect();
    await client.end();
    return true;
  } catch {
    return false;
  }
}

describe('the embedded server of an application', () => {
  it('outlives one that is killed, and the next start adopts it with everything in it', async () => {
    const killed = await home.start();
    await register(killed.api, ADA);
    const { url, pid } = home.server();
    await killed.kill();
    expect(await answers(url)).toBe(true);

    const next = await home.start();
    expect(next.output).toContain('Embedded PostgreSQL was running');
    expect(home.server()).toEqual({ url, pid });
    await signIn(next.api, ADA);
    expect(await next.stop()).toBe(0);
    expect(next.output).toContain('Embedded PostgreSQL stopped');
    expect(await answers(url)).toBe(false);
  });

  it('is one for two that start at once in an empty folder, and goes with the last of them', async () => {
    const [one, other] = await Promise.all([home.start(), home.start()]);
    const { url } = home.server();
    const ways = [one, other].map(
      ({ output }) => /Embedded PostgreSQL (started|was running)/.exec(output)?.[1],
    );
    expect(new Set(ways)).toEqual(new Set(['started', 'was running']));

    await register(one.api, ADA);
    await register(other.api, BOB);
    const { accessToken } = await signIn(other.api, ADA);
    await signIn(one.api, BOB);
    expect((await one.api.get('/v1/users/me', { token: accessToken })).status).toBe(200);

    expect(await one.stop()).toBe(0);
    expect(one.output).toContain('Embedded PostgreSQL goes on for');
    await signIn(other.api, ADA);
    expect(await other.stop()).toBe(0);
    expect(other.output).toContain('Embedded PostgreSQL stopped');
    expect(await answers(url)).toBe(false);
  });

  it('starts anew for two at once after everything was killed, and ends with two that stop at once', async () => {
    const killed = await home.start();
    await register(killed.api, ADA);
    process.kill(home.server().pid, 'SIGKILL');
    await killed.kill();

    const both = await Promise.all([home.start(), home.start()]);
    for (const { api } of both) await signIn(api, ADA);
    const { url } = home.server();
    expect(await Promise.all(both.map(async (instance) => instance.stop()))).toEqual([0, 0]);
    expect(await answers(url)).toBe(false);
  });
});

describe('in production, the embedded server', () => {
  const production = async () => ({
    NODE_ENV: 'production',
    AUTH_SECRET,
    BCRYPT_COST: '10',
    HOST: '127.0.0.1',
    TRUSTED_PROXIES: '127.0.0.1',
    METRICS_PORT: String(await freePort()),
  });

  it('takes the place of a missing DATABASE_URL only where EMBEDDED_DATABASE=true says so', async () => {
    const refused = await home.launch(await production());
    expect(await refused.ended()).toBe(1);
    expect(refused.output).toMatch(/DATABASE_URL is not set.*EMBEDDED_DATABASE=true/s);

    const { api } = await home.start({ ...(await production()), EMBEDDED_DATABASE: 'true' });
    await register(api, ADA);
    await signIn(api, ADA);
  });
});
