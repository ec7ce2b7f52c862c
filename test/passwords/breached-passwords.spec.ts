import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Answer, ProblemBody } from '../support/api';
import { startApp, type TestApp } from '../support/app';
import { expectProblem, violations } from '../support/problem';
import { newAddress } from '../support/registrations';
import { tokenIn } from '../support/smtp-sink';

const STOLEN = 'nine calm badgers on a ferry';
const OTHER = 'lamp ocean fig tundra';

const digestOf = (password: string) => createHash('sha1').update(password).digest('hex').toUpperCase();
const lineOf = (password: string, count: number) => `${digestOf(password).slice(5)}:${count}`;
const PADDING = [lineOf('another password', 0), lineOf('or other', 12)];

/** A fake list of breached passwords. */
let answer: (request: IncomingMessage, response: ServerResponse) => void;
let asked: IncomingMessage[] = [];
let server: Server;
let app: TestApp;
const log: string[] = [];

const portOf = () => (server.address() as AddressInfo).port;
const answers = (...lines: string[]) => {
  answer = (_, response) => response.end([...PADDING, ...lines].join('\r\n'));
};

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request);
    answer(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const env = { BREACHED_PASSWORDS_URL: `http://127.0.0.1:${portOf()}/range`, LOG_LEVEL: 'trace' };
  app = await startApp({ env, smtp: true, log });
});

beforeEach(() => {
  answers();
  asked = [];
  log.length = 0;
});

afterAll(async () => {
  await app.close();
  server.closeAllConnections();
  server.close();
});

const post = async (route: string, json: unknown, token?: string): Promise<Answer<ProblemBody>> =>
  app.api.post<ProblemBody>(`/v1/auth/${route}`, token === undefined ? { json } : { json, token });
const register = async (password: string) => {
  const email = newAddress();
  return { email, ...(await post('register', { email, password })) };
};

// What the list answers, and how it fails: src/passwords/breached-passwords.spec.ts.
describe('a password that was stolen elsewhere', () => {
  it('is refused at registration, and no account is made', async () => {
    answers(lineOf(STOLEN, 1), lineOf(OTHER, 3));
    const refused = await register(STOLEN);
    expectProblem(refused, 422, 'validation-failed');
    expect(violations(refused)).toEqual({ '/password': 'password-breached' });
    expect(await app.query('SELECT id FROM users WHERE email = $1', [refused.email])).toEqual([]);
  });

  it('is refused by the link of a mail and by the current one, and neither is used up', async () => {
    const person = await app.someone();
    const { accessToken } = await app.signIn(person);
    await post('password/forgot', { email: person.email });
    const token = tokenIn(await app.mailFor(person.email));
    const change = async (newPassword: string) =>
      post('password/change', { currentPassword: person.password, newPassword }, accessToken);
    const reset = async (newPassword: string) => post('password/reset', { token, newPassword });
    answers(lineOf(STOLEN, 24_230_577));
    for (const refused of [await change(STOLEN), await reset(STOLEN)])
      expect(violations(refused)).toEqual({ '/newPassword': 'password-breached' });
    expect((await post('login', person)).status).toBe(200);
    expect((await reset(OTHER)).status).toBe(204);
  });

  it('is named in the policy document, where it is looked for', async () => {
    expect((await app.api.get('/v1/auth/policy')).body.password).toMatchObject({
      refused: ['common', 'guessable', 'personal', 'breached'],
    });
  });
});

describe('the list of stolen passwords', () => {
  it('gets five letters of the digest, and is asked to hide how many there are', async () => {
    await register('Zoë frühstückt Öl'.normalize('NFD'));
    const digest = digestOf('Zoë frühstückt Öl'.normalize('NFC'));
    const [request, ...more] = asked;
    expect(more).toEqual([]);
    expect([request?.method, request?.url]).toEqual(['GET', `/range/${digest.slice(0, 5)}`]);
    expect(request?.headers).toMatchObject({ 'add-padding': 'true' });
    const { host, ...others } = request?.headers ?? {};
    expect(host).toBe(`127.0.0.1:${portOf()}`);
    expect(JSON.stringify(others)).not.toMatch(
      new RegExp(`${digest.slice(5, 12)}|asker|cookie|authorization`, 'i'),
    );
  });

  it('is asked only where a password is set that is good otherwise', async () => {
    const person = await app.someone();
    asked = [];
    const { accessToken } = await app.signIn(person);
    await post('login', { ...person, password: STOLEN });
    await post('reauthenticate', { password: person.password }, accessToken);
    await post('email/change', { newEmail: 'moved@example.com', password: person.password }, accessToken);
    await post('password/change', { currentPassword: STOLEN, newPassword: OTHER }, accessToken);
    await post('password/reset', { token: 'pr_unknown', newPassword: OTHER });
    await register('too short');
    expect(asked).toEqual([]);
  });

  it.each<[string, typeof answer]>([
    ['fails', (_, response) => response.writeHead(500).end(lineOf(STOLEN, 1))],
    ['hangs up', (_, response) => response.destroy()],
  ])('that %s does not refuse a registration, and the log has a warning', async (_, behaviour) => {
    answer = behaviour;
    const { status, email } = await register(STOLEN);
    expect([status, asked.length]).toEqual([202, 1]);
    expect((await post('login', { email, password: STOLEN })).status).toBe(200);
    const warnings = log.filter((line) => line.includes('breached passwords'));
    expect(warnings).toHaveLength(1);
    expect(JSON.parse(warnings[0] ?? '{}')).toMatchObject({ level: 40 });
    const digest = digestOf(STOLEN);
    expect(log.join('\n')).not.toMatch(
      new RegExp(`${STOLEN}|${digest.slice(0, 5)}|${digest.slice(5, 12)}`, 'i'),
    );
  });
});
