import { once } from 'node:events';
import { Agent, type ClientRequest, type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import type { TokenBody } from '../../support/api';
import { createDatabase, type TestDatabase } from '../../support/database';
import { Home, type Instance } from '../../support/home';
import { AUTH_SECRET } from '../../support/settings';
import { expectTimes } from '../../support/timing';

const REFRESHES = 40;
const LOGINS = 24;
const READS = 36;
/** When so many wait for the locked table, everybody else waits for a connection. */
const POOL_SIZE = 10;
const PERSON = { email: 'ada@example.com', password: 'teal otters juggle 7 lanterns' };

let home: Home;
let database: TestDatabase;
let agent: Agent;

beforeEach(async () => {
  home = new Home();
  database = await createDatabase();
  // Connections that the client would keep, as a proxy does.
  agent = new Agent({ keepAlive: true });
});

afterEach(async () => {
  agent.destroy();
  await home.clear();
  await database.drop();
});

const start = async (port?: number) =>
  home.start({ DATABASE_URL: database.url, AUTH_SECRET, BCRYPT_COST: '9' }, port);

interface Answer {
  readonly status: number;
  readonly retryAfter: string | undefined;
}

interface Sent {
  /** Resolves when the server says that it has the head of the request. */
  readonly received: Promise<unknown>;
  /** Resolves when the whole answer is there, rejects where the connection broke. */
  readonly answer: Promise<Answer>;
}

function send({ api }: Instance, path: string, { json, token }: { json?: object; token?: string }): Sent {
  const sent = request(api.url + path, {
    agent,
    method: json ? 'POST' : 'GET',
    headers: {
      expect: '100-continue',
      ...(json && { 'content-type': 'application/json' }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
  });
  sent.end(json && JSON.stringify(json));
  return { received: once(sent, 'continue'), answer: answerTo(sent) };
}

async function answerTo(sent: ClientRequest): Promise<Answer> {
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  await once(response.resume(), 'end');
  return { status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'] };
}

/** A hundred that have arrived and cannot be answered while `sessions` is locked. */
async function sendHundred(instance: Instance, tokens: TokenBody, locker: Client): Promise<Sent[]> {
  const refresh = { json: { refreshToken: tokens.refreshToken } };
  const sent = Array.from({ length: REFRESHES }, () => send(instance, '/v1/auth/refresh', refresh));
  await until(async () => (await waitingFor(locker)) === POOL_SIZE);
  for (let login = 0; login < LOGINS; login++) sent.push(send(instance, '/v1/auth/login', { json: PERSON }));
  const read = { token: tokens.accessToken };
  for (let reading = 0; reading < READS; reading++) sent.push(send(instance, '/v1/users/me', read));
  await Promise.all(sent.map(async ({ received }) => received));
  return sent;
}

async function lockSessions(): Promise<Client> {
  const locker = new Client(database.url);
  await locker.connect();
  await locker.query('BEGIN; LOCK TABLE sessions');
  return locker;
}

async function waitingFor(locker: Client): Promise<number> {
  const { rows } = await locker.query(
    `SELECT FROM pg_locks WHERE relation = 'sessions'::regclass AND NOT granted`,
  );
  return rows.length;
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(10);
}

async function isRefused(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ECONNREFUSED';
  } finally {
    socket.destroy();
  }
}

describe('an application that is told to end', () => {
  /** With a hundred requests under way. */
  async function endBy(signal: NodeJS.Signals): Promise<{ 'after, ms': number; unanswered: number }> {
    const instance = await start();
    await instance.api.post('/v1/auth/register', { json: PERSON });
    const { body: tokens } = await instance.api.post<TokenBody>('/v1/auth/login', { json: PERSON });
    const locker = await lockSessions();
    const sent = await sendHundred(instance, tokens, locker);
    let answered = 0;
    for (const { answer } of sent) void answer.finally(() => answered++).catch(() => undefined);

    const toldAt = performance.now();
    instance.signal(signal);
    await until(async () => isRefused(instance.port));
    expect(answered).toBe(0);
    await locker.end();

    // Those of a machine so busy that the time for the last answers is over.
    const answers = await Promise.all(sent.map(async ({ answer }) => answer.catch(() => undefined)));
    expect(answers).toHaveLength(100);
    // A request that waited too long for a connection is answered with 503 and when to come again.
    const justified = ({ status, retryAfter }: Answer) =>
      status === 200 || (status === 503 && Number(retryAfter) > 0);
    expect(answers.filter((answer) => answer && !justified(answer))).toEqual([]);
    expect(await instance.ended()).toBe(0);
    const tookMs = performance.now() - toldAt;

    const next = await start(instance.port);
    expect((await next.api.post('/v1/auth/login', { json: PERSON })).status).toBe(200);
    await next.stop();
    return { 'after, ms': tookMs, unanswered: answers.filter((answer) => !answer).length };
  }

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'by %s answers the 100 requests it has and takes no more, exits 0 within ten seconds, and leaves its port free',
    async (signal) => {
      await expectTimes(
        `ended by ${signal}`,
        async () => endBy(signal),
        (figures) => {
          expect(figures['after, ms']).toBeLessThan(10_000);
          expect(figures.unanswered).toBe(0);
        },
      );
    },
  );

  /** With clients that never finish their requests. @returns how long it took to end, in milliseconds */
  async function endWithUnfinished(): Promise<number> {
    const instance = await start();
    const line = 'POST /v1/auth/login HTTP/1.1\r\n';
    const head = `${line}host: a\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n`;
    for (const bytes of [line, `${head}{`]) {
      const socket = connect(instance.port, '127.0.0.1').on('error', () => undefined);
      await new Promise((resolve) => socket.write(bytes, resolve));
    }
    // What was written before has been read when this is answered.
    await instance.api.get('/health/live');
    const toldAt = performance.now();
    expect(await instance.stop()).toBe(0);
    return performance.now() - toldAt;
  }

  it('is held up for less than twenty seconds by clients that never finish their requests', async () => {
    await expectTimes(
      'ended with unfinished requests',
      async () => ({ 'after, ms': await endWithUnfinished() }),
      (figures) => expect(figures['after, ms']).toBeLessThan(20_000),
    );
  });
});
