import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Logger } from '@nestjs/common';
import { BreachedPasswords } from './breached-passwords';
import type { PasswordSettings } from './password.settings';

const STOLEN = 'nine calm badgers on a ferry';

const digestOf = (password: string) => createHash('sha1').update(password).digest('hex').toUpperCase();
const lineOf = (password: string, count: number) => `${digestOf(password).slice(5)}:${count}`;
const PADDING = [lineOf('another password', 0), lineOf('or other', 12)];

type Answer = (request: IncomingMessage, response: ServerResponse) => unknown;

describe('the list of breached passwords', () => {
  let server: Server;
  let answer: Answer;
  let asked: string[];
  let warnings: jest.SpyInstance;

  beforeEach(async () => {
    asked = [];
    warnings = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    server = createServer((request, response) => {
      asked.push(request.url ?? '');
      answer(request, response);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });

  afterEach(() => {
    jest.restoreAllMocks();
    server.closeAllConnections();
    server.close();
  });

  async function has(password: string): Promise<boolean> {
    const { port } = server.address() as AddressInfo;
    const breachedPasswordsUrl = `http://127.0.0.1:${port}/range`;
    return new BreachedPasswords({ breachedPasswordsUrl } as PasswordSettings).has(password);
  }

  it('is not asked where none is set', async () => {
    expect(await new BreachedPasswords({} as PasswordSettings).has(STOLEN)).toBe(false);
    expect([asked, warnings.mock.calls]).toEqual([[], []]);
  });

  it.each([
    ['the only line', (line: string) => line],
    ['the first of many lines', (line: string) => [line, ...PADDING].join('\n')],
    ['the last of many lines', (line: string) => [...PADDING, line, ''].join('\r\n')],
    ['small letters', (line: string) => line.toLowerCase()],
  ])('has a password in %s', async (_, textOf) => {
    answer = (__, response) => response.end(textOf(lineOf(STOLEN, 2)));
    expect(await has(STOLEN)).toBe(true);
    expect(warnings).not.toHaveBeenCalled();
  });

  it.each([
    ['what pads the answer, which counts none', lineOf(STOLEN, 0)],
    ['a longer line that ends the same', `0${lineOf(STOLEN, 2)}`],
    ['a longer line that begins the same', `${digestOf(STOLEN).slice(5)}0:2`],
    ['the whole digest of another range', `${digestOf(STOLEN)}:2`],
  ])('does not have a password by %s', async (_, line) => {
    answer = (__, response) => response.end(line);
    expect(await has(STOLEN)).toBe(false);
  });

  it('is asked for five letters of the digest', async () => {
    answer = (_, response) => response.end();
    await has(STOLEN);
    expect(asked).toEqual([`/range/${digestOf(STOLEN).slice(0, 5)}`]);
  });

  it.each<[string, Answer]>([
    ['fails', (_, response) => response.writeHead(500).end(lineOf(STOLEN, 1))],
    ['refuses', (_, response) => response.writeHead(429, { 'retry-after': '2' }).end()],
    ['knows nothing of ranges', (_, response) => response.writeHead(404).end()],
    ['answers with a page', (_, response) => response.end(`<!doctype html><p>${'busy '.repeat(100)}`)],
    ['answers with bytes', (_, response) => response.end(Buffer.alloc(100_000, 0xff))],
    ['answers more than a range', (_, response) => response.end(`${lineOf('a', 1)}\n`.repeat(4_000))],
    [
      'answers compressed',
      (_, response) => response.writeHead(200, { 'content-encoding': 'br' }).end(lineOf(STOLEN, 1)),
    ],
    ['hangs up', (_, response) => response.destroy()],
    [
      'hangs up half-way',
      (_, response) => response.writeHead(200, { 'content-length': 99 }).write('0', () => response.destroy()),
    ],
    [
      'sends elsewhere',
      ({ url }, response) =>
        url?.startsWith('/range')
          ? response.writeHead(302, { location: '/elsewhere' }).end()
          : response.end(lineOf(STOLEN, 1)),
    ],
  ])('that %s counts as one that has nothing, with a warning', async (_, behaviour) => {
    answer = behaviour;
    expect(await has(STOLEN)).toBe(false);
    expect(warnings).toHaveBeenCalledTimes(1);
    expect(asked).toHaveLength(1);
  });

  it('that does not end its answer is given up after some seconds', async () => {
    for (const behaviour of [
      () => undefined,
      (_: unknown, response: ServerResponse) => void response.write(`${lineOf(STOLEN, 0)}\n`),
    ]) {
      answer = behaviour;
      expect(await has(STOLEN)).toBe(false);
    }
    expect(warnings).toHaveBeenCalledTimes(2);
  });

  it('that is down counts as one that has nothing', async () => {
    const asking = has(STOLEN);
    server.closeAllConnections();
    server.close();
    expect(await asking).toBe(false);
  });
});
