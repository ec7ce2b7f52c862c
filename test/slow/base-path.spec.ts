import { createClient, dataOf } from '../../client/src/index.ts';
import { Doctor } from '../../src/platform/doctor';
import { startApp, type TestApp } from '../support/app';
import { Nginx } from '../support/nginx';
import { freePort } from '../support/process';

const WELL_KNOWNS = ['/.well-known/oauth-authorization-server/auth', '/.well-known/change-password'];

/** @param target what is passed on: with a path of its own nginx strips the one of the location */
const ingress = (target: string, port: number, wellKnowns: readonly string[]) => (front: number) => `
  server {
    listen 127.0.0.1:${front};
    proxy_set_header Host $http_host;
    proxy_set_header X-Forwarded-For $remote_addr;
    location /auth/ { proxy_pass http://127.0.0.1:${port}${target}; }
    ${wellKnowns.map((path) => `location = ${path} { proxy_pass http://127.0.0.1:${port}; }`).join('\n')}
  }`;

describe.each([
  ['that strips the path', '/', WELL_KNOWNS],
  ['that passes the path on', '', WELL_KNOWNS],
  ['without rules for the root of the origin', '', []],
])('behind an ingress %s', (_, target, wellKnowns) => {
  let app: TestApp;
  let nginx: Nginx;
  let origin: string;

  beforeAll(async () => {
    const port = await freePort();
    nginx = await Nginx.with(ingress(target, port, wellKnowns));
    origin = `http://127.0.0.1:${nginx.port}`;
    const env = { PORT: String(port), PUBLIC_URL: `${origin}/auth`, TRUSTED_PROXIES: '127.0.0.1' };
    app = await startApp({ env });
  });

  afterAll(async () => {
    await app.close();
    await nginx.stop();
  });

  it('the client signs in, and another service finds the keys by the issuer', async () => {
    const person = await app.someone();
    const { api, session } = createClient({ baseUrl: `${origin}/auth`, mode: 'bearer' });
    await session.signIn(person);
    expect((await dataOf(api.GET('/v1/users/me'))).email).toBe(person.email);
    const { jwks_uri: keys, issuer } = await dataOf(api.GET('/.well-known/oauth-authorization-server'));
    expect(issuer).toBe(`${origin}/auth`);
    expect((await fetch(keys)).status).toBe(200);
    const atRoot = await fetch(`${origin}/.well-known/oauth-authorization-server/auth`);
    expect(atRoot.status).toBe(wellKnowns.length > 0 ? 200 : 404);
  });

  it('the documents page loads all that it needs, and leads back', async () => {
    const page = await fetch(`${origin}/auth/docs`);
    expect(page.status).toBe(200);
    const links = [...(await page.text()).matchAll(/ (?:src|href)="(\.[^"]+)"/g)].map(
      ([, link = '']) => link,
    );
    expect(links.length).toBeGreaterThan(3);
    for (const link of links) expect((await fetch(new URL(link, page.url))).status).toBe(200);
    expect((await fetch(`${origin}/auth/`)).url).toBe(`${origin}/auth/docs`);
  });

  it('the page of a mail link finds its script', async () => {
    const page = await fetch(`${origin}/auth/account`);
    const [, link = ''] = / src="([^"]+)"/.exec(await page.text()) ?? [];
    expect((await fetch(new URL(link, page.url))).headers.get('content-type')).toMatch('javascript');
  });

  it('doctor warns of the cookies, and tells whether the root of the origin leads here', async () => {
    const findings = await app.nest.get(Doctor).run();
    const said = findings
      .filter(({ topic }) => topic === 'path of the public address')
      .map(({ level, message }) => `${level}: ${message}`);
    expect(said[0]).toMatch(/^warning: the cookies have Path=\//);
    const rest = said.slice(1).map((line) => line.split(':')[0]);
    expect(rest).toEqual(wellKnowns.length > 0 ? ['ok', 'ok'] : ['fault', 'warning']);
    const ways = findings.filter(({ topic, level }) => topic === 'public address' && level === 'fault');
    expect(ways).toEqual([]);
  });
});
