import type { Answer, ProblemBody } from './api';
import type { TestApp } from './app';
import type { Jar } from './cookies';
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
