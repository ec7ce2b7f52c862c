import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { getJson } from './get-json';

describe('a document of another service', () => {
  let server: Server;
  let answer: (response: ServerResponse) => unknown;

  beforeAll(async () => {
    server = createServer((_, response) => void answer(response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });

  afterEach(() => jest.restoreAllMocks());

  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  const get = async () => getJson(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);

  it('is read', async () => {
    answer = (response) => response.end('{"issuer":"ö"}');
    expect(await get()).toEqual({ issuer: 'ö' });
  });

  it.each<[string, RegExp, typeof answer]>([
    ['is long', /longer than/, (response) => response.end(' '.repeat(200_000))],
    [
      'is compressed',
      /compressed/,
      (response) => {
        response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('{}'));
      },
    ],
    ['is elsewhere', /responded with 302/, (response) => response.writeHead(302, { location: '/' }).end()],
    [
      'breaks off',
      /aborted/,
      (response) => {
        response.writeHead(200, { 'content-length': 99 }).write('{', () => response.destroy());
      },
    ],
  ])('is refused where it %s', async (_, reason, behaviour) => {
    answer = behaviour;
    await expect(get()).rejects.toThrow(reason);
  });

  it('is aborted when it does not end', async () => {
    const { setTimeout: wait } = globalThis;
    const hurried = (work: () => void, ms?: number) => wait(work, ms === 5_000 ? 50 : ms);
    jest.spyOn(globalThis, 'setTimeout').mockImplementation(hurried);
    answer = (response) => response.write('{');
    await expect(get()).rejects.toThrow(/no answer in time|aborted/);
  });
});
