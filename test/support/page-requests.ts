import type { Answer, ProblemBody } from './api';
import type { Person, TestApp } from './app';
import { cookiesOf, Jar } from './cookies';
import { expectProblem } from './problem';
import { PasswordsService } from '../../src/passwords';
import { exchange } from './wire';

export const OWN = 'https://auth.example.test';
export const ALLOWED = 'https://app.example.test';
const OTHERS = [
  'https://evil.example',
  'null',
  '',
  `${OWN}:444`,
  `${OWN}:443`,
  'http://auth.example.test',
  `${OWN}.`,
  `${OWN}/`,
  `${OWN}.evil.example`,
  'https://evil.auth.example.test',
  'https://example.test',
  OWN.toUpperCase(),
  'https://AUTH.example.test',
];

/** Of a header that may be absent, or come more than once. */
export type Values = readonly string[];
export const ABSENT: Values = [];
const OURS: readonly Values[] = [[OWN], [ALLOWED]];
export const ORIGINS: readonly Values[] = [
  ABSENT,
  ...OURS,
  [OWN, OWN],
  [OWN, 'https://evil.example'],
  ...OTHERS.map((origin) => [origin]),
];
/** Which origins pass beside each Sec-Fetch-Site. */
export const SITES: [Values, readonly Values[]][] = [
  [['same-origin'], ORIGINS],
  [['none'], ORIGINS],
  [ABSENT, [ABSENT, ...OURS]],
  [['same-site'], OURS],
  [['cross-site'], OURS],
  [['garbage'], OURS],
  [[''], OURS],
  [['SAME-ORIGIN'], OURS],
  [['same-origin', 'same-origin'], OURS],
  [['none', 'cross-site'], OURS],
];

/** A request, but for what a browser says of the page that made it. */
export interface Asked {
  readonly route: string;
  readonly json?: object;
  readonly token?: string;
  readonly jar?: Jar;
}

/** As a browser would send it that says this of the page; a header that comes twice really does. */
export async function askAs(
  app: TestApp,
  { route, json, token, jar }: Asked,
  site: Values,
  origin: Values,
): Promise<Answer<ProblemBody>> {
  const body = json ? JSON.stringify(json) : '';
  const cookies = Object.entries(jar?.all ?? {}).map(([name, value]) => `${name}=${value}`);
  const lines = [
    `${route} HTTP/1.1`,
    'host: a',
    'connection: close',
    `content-length: ${body.length}`,
    ...(json ? ['content-type: application/json'] : []),
    ...(token ? [`authorization: Bearer ${token}`] : []),
    ...(cookies.length > 0 ? [`cookie: ${cookies.join('; ')}`] : []),
    ...site.map((value) => `sec-fetch-site: ${value}`),
    ...origin.map((value) => `origin: ${value}`),
  ];
  const methods = [route.split(' ')[0] ?? ''];
  const { answers } = await exchange(app.api.url, `${lines.join('\r\n')}\r\n\r\n${body}`, { methods });
  const [answer] = answers;
  if (!answer) throw new Error('there was no answer');
  return answer;
}

/** Requests that cookies authenticate or that set some, with the status of one that passes. */
export const BY_COOKIE: [string, number, (jar: Jar, person: Person) => Asked][] = [
  [
    'a guarded PATCH',
    200,
    (jar) => ({ route: 'PATCH /v1/users/me', json: { displayName: `${Math.random()}` }, jar }),
  ],
  ['a guarded DELETE', 204, (jar) => ({ route: 'DELETE /v1/sessions', jar })],
  [
    'a reauthentication',
    200,
    (jar, { password }) => ({ route: 'POST /v1/auth/reauthenticate', json: { password }, jar }),
  ],
  ['a refresh', 200, (jar) => ({ route: 'POST /v1/auth/refresh', jar })],
  ['a sign-out', 204, (jar) => ({ route: 'POST /v1/auth/logout', jar })],
  ['a sign-in', 200, (_, person) => ({ route: 'POST /v1/auth/login?useCookies=true', json: person })],
];

/** Requests that pass whatever page made them: they change nothing, or no cookie says who is calling. */
export const NEVER_ASKED: [string, number, (jar: Jar, person: Person) => Asked][] = [
  ['a GET by cookie', 200, (jar) => ({ route: 'GET /v1/users/me', jar })],
  ['a HEAD by cookie', 200, (jar) => ({ route: 'HEAD /v1/users/me', jar })],
  [
    'a PATCH with a Bearer header',
    200,
    (jar) => ({ route: 'PATCH /v1/users/me', json: { displayName: 'Ada' }, token: jar.access, jar }),
  ],
  [
    'a refresh by the body',
    200,
    (jar) => ({ route: 'POST /v1/auth/refresh', json: { refreshToken: jar.refresh }, jar }),
  ],
  ['a refresh without anything', 401, () => ({ route: 'POST /v1/auth/refresh' })],
  ['a sign-out without cookies', 204, () => ({ route: 'POST /v1/auth/logout' })],
  [
    'a sign-out with a Bearer header',
    204,
    (jar) => ({ route: 'POST /v1/auth/logout', token: 'nonsense', jar }),
  ],
  [
    'a sign-in without cookie mode',
    200,
    (jar, person) => ({ route: 'POST /v1/auth/login', json: person, jar }),
  ],
  [
    'a sign-up',
    202,
    (jar, person) => ({
      route: 'POST /v1/auth/register',
      json: { ...person, email: 'eve-of-another-site@example.com' },
      jar,
    }),
  ],
  ['an unknown route', 404, (jar) => ({ route: 'POST /v1/nothing', jar })],
  ['a wrong method', 405, (jar) => ({ route: 'PUT /v1/users/me', jar })],
];

/** What a browser says of the page: Sec-Fetch-Site and Origin. */
export type PageWords = readonly [site: Values, origin: Values];

/** The request is refused from such pages, changes nothing, sets no cookie and checks no password. */
export async function expectRefusedFrom(
  app: TestApp,
  asked: Asked,
  { email }: Person,
  pages: readonly PageWords[],
): Promise<void> {
  const state = async () =>
    app.query(
      `SELECT s.id, s.generation, s.last_used_at, s.revoked_at, u.display_name, u.updated_at
        FROM users u LEFT JOIN sessions s ON s.user_id = u.id WHERE u.email = $1 ORDER BY s.id`,
      [email],
    );
  const verify = jest.spyOn(app.nest.get(PasswordsService), 'verify');
  const before = await state();
  for (const [site, origin] of pages) {
    const answer = await askAs(app, asked, site, origin);
    expectProblem(answer, 403, 'cross-site-request');
    expect(cookiesOf(answer)).toEqual({});
  }
  expect(await state()).toEqual(before);
  expect(verify).not.toHaveBeenCalled();
  verify.mockRestore();
}

/** The request from such pages has this status. */
export async function expectAnsweredTo(
  app: TestApp,
  asked: Asked,
  expected: number,
  pages: readonly PageWords[],
): Promise<void> {
  for (const [site, origin] of pages) {
    const { status } = await askAs(app, asked, site, origin);
    expect({ site, origin, status }).toEqual({ site, origin, status: expected });
  }
}
