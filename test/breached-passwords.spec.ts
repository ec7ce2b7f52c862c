import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Answer, ProblemBody, TokenBody } from './support/api';
import { startApp, type TestApp, withApp } from './support/app';
import { expectProblem, violations } from './support/problem';
import { tokenIn } from './support/smtp-sink';

const STOLEN = 'nine calm badgers on a ferry';
const OTHER = 'lamp ocean fig tundra';

const digestOf = (password: string) => createHash('sha1').update(password).digest('hex').toUpperCase();
const lineOf = (password: string, count: number) => `${digestOf(password).slice(5)}:${count}`;
const PADDING = [lineOf('somebody', 0), lineOf('or other', 12)];

/** A list of breached passwords that answers as it is told to. */
let answer: (request: IncomingMessage, response: ServerResponse) => void;
let asked: IncomingMessage[] = [];
let server: Server;
let app: TestApp;
let people = 0;
const log: string[] = [];

const listen = async (port = 0) =>
  new Promise<void>((resolve) => server.listen(port, '127.0.0.1', () => resolve()));
const portOf = () => (server.address() as AddressInfo).port;
const answers = (...lines: string[]) => {
  answer = (_, response) => response.end([...PADDING, ...lines].join('\r\n'));
};

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request);
    answer(request, response);
  });
  await listen();
});

/** One application at a time: the log and the strategies of a process are those of the latest. */
const startAsking = async () => {
  const env = { BREACHED_PASSWORDS_URL: `http://127.0.0.1:${portOf()}/range`, LOG_LEVEL: 'trace' };
  app = await startApp({ env, smtp: true, log });
};

beforeEach(() => {
  answers();
  asked = [];
  log.length = 0;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const post = async (route: string, json: unknown, token?: string): Promise<Answer<ProblemBody>> =>
  app.api.post<ProblemBody>(`/v1/auth/${route}`, token === undefined ? { json } : { json, token });
const register = async (password: string) => {
  const email = `asker-${++people}@example.com`;
  return { email, ...(await post('register', { email, password })) };
};

describe('where no list of stolen passwords is set', () => {
  it('none is asked', async () =>
    withApp({}, async ({ api }) => {
      const json = { email: 'quiet@example.com', password: STOLEN };
      expect((await api.post('/v1/auth/register', { json })).status).toBe(202);
      expect(asked).toEqual([]);
    }));
});

describe('a password that was stolen elsewhere', () => {
  beforeAll(startAsking);

  afterAll(async () => app.close());

  it('is refused at registration, and no account is made', async () => {
    answers(lineOf(STOLEN, 1), lineOf(OTHER, 3));
    const refused = await register(STOLEN);
    expectProblem(refused, 422, 'validation-failed');
    expect(violations(refused)).toEqual({ '/password': 'password-breached' });
    expect(await app.query('SELECT id FROM users WHERE email = $1', [refused.email])).toEqual([]);
  });

  it('is refused by the link of a mail and by the current one, and neither is used up', async () => {
    const person = await app.registers();
    const { accessToken } = await app.signIn(person);
    await app.mailFor(person.email);
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

  it.each([
    ['on the only line', (line: string) => line],
    ['on the first of many lines', (line: string) => [line, ...PADDING].join('\n')],
    ['on the last of many lines', (line: string) => [...PADDING, line, ''].join('\r\n')],
    ['in small letters', (line: string) => line.toLowerCase()],
  ])('is found %s', async (_, textOf) => {
    answer = (__, response) => response.end(textOf(lineOf(STOLEN, 2)));
    expect(violations(await register(STOLEN))).toEqual({ '/password': 'password-breached' });
  });

  it.each([
    ['what pads the answer, which counts none', lineOf(STOLEN, 0)],
    ['a longer line that ends the same', `0${lineOf(STOLEN, 2)}`],
    ['a longer line that begins the same', `${digestOf(STOLEN).slice(5)}0:2`],
    ['the whole digest of another range', `${digestOf(STOLEN)}:2`],
  ])('is not %s', async (_, line) => {
    answers(line);
    expect((await register(STOLEN)).status).toBe(202);
  });

  it('is told in the policy document, where it is looked for', async () => {
    expect((await app.api.get('/v1/auth/policy')).body.password).toMatchObject({
      refused: ['common', 'guessable', 'personal', 'breached'],
    });
  });
});

describe('the list of stolen passwords', () => {
  beforeAll(startAsking);

  afterAll(async () => app.close());

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

  const expectTakenWithWarning = async () => {
    const { status, email } = await register(STOLEN);
    expect(status).toBe(202);
    expect(
      (await app.api.post<TokenBody>('/v1/auth/login', { json: { email, password: STOLEN } })).status,
    ).toBe(200);
    const warnings = log.filter((line) => line.includes('breached passwords'));
    expect(warnings).toHaveLength(1);
    expect(JSON.parse(warnings[0] ?? '{}')).toMatchObject({ level: 40 });
    const digest = digestOf(STOLEN);
    expect(log.join('\n')).not.toMatch(
      new RegExp(`${STOLEN}|${digest.slice(0, 5)}|${digest.slice(5, 12)}`, 'i'),
    );
  };

  it.each<[string, typeof answer]>([
    ['fails', (_, response) => response.writeHead(500).end(lineOf(STOLEN, 1))],
    ['refuses', (_, response) => response.writeHead(429, { 'retry-after': '2' }).end()],
    ['knows nothing of ranges', (_, response) => response.writeHead(404).end()],
    ['answers with a page', (_, response) => response.end(`<!doctype html><p>${'busy '.repeat(100)}`)],
    ['answers with bytes', (_, response) => response.end(Buffer.alloc(100_000, 0xff))],
    ['hangs up', (_, response) => response.destroy()],
    [
      'hangs up half-way',
      (_, response) => response.writeHead(200, { 'content-length': 99 }).write('0', () => response.destroy()),
    ],
  ])('that %s keeps nobody from signing up, and the log has a warning', async (_, behaviour) => {
    answer = behaviour;
    await expectTakenWithWarning();
    expect(asked).toHaveLength(1);
  });

  it('that sends elsewhere is not followed', async () => {
    answer = ({ url }, response) =>
      url?.startsWith('/range')
        ? response.writeHead(302, { location: '/elsewhere' }).end()
        : response.end(lineOf(STOLEN, 1));
    await expectTakenWithWarning();
    expect(asked.map(({ url }) => url)).not.toContain('/elsewhere');
  });

  it.each<[string, typeof answer]>([
    ['never answers', () => undefined],
    ['never ends its answer', (_, response) => void response.write(`${lineOf(STOLEN, 0)}\n`)],
  ])('that %s is waited for no longer than some seconds', async (_, behaviour) => {
    answer = behaviour;
    const begun = performance.now();
    await expectTakenWithWarning();
    expect(performance.now() - begun).toBeLessThan(4_000);
  });

  it('that is down keeps nobody from signing up', async () => {
    const port = portOf();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await expectTakenWithWarning();
    await listen(port);
  });
});
