import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

const CLIENT = join(__dirname, '../../client/dist/index.js');

/** Signs in, while memory is collected all the time, and says what came of it and after how many seconds. */
const PROGRAM = `
  import { createClient } from ${JSON.stringify(CLIENT)};
  const collecting = setInterval(() => globalThis.gc(), 50);
  const { session } = createClient({ baseUrl: process.argv[1], mode: 'bearer' });
  const startedAt = performance.now();
  const outcome = await session.signIn({ email: 'ada@example.com', password: 'x' }).catch((error) => error.name);
  clearInterval(collecting);
  console.log(JSON.stringify([outcome, Math.round((performance.now() - startedAt) / 1_000)]));
`;

describe.each([
  ['answers nothing', false],
  ['stops in the middle of an answer', true],
])('a server that %s', (_, beginsToAnswer) => {
  let server: Server;

  beforeAll(async () => {
    server = createServer((_request, response) => {
      if (beginsToAnswer) response.writeHead(200, { 'content-type': 'application/json' }).write('{');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });

  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  it('keeps no program waiting, also where memory is collected meanwhile', async () => {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const parameters = ['--expose-gc', '--input-type=module', '--eval', PROGRAM, url];
    const program = spawn(process.execPath, parameters, { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(program.stdout, 'data')) as [Buffer];
    program.kill();
    const [outcome, seconds] = JSON.parse(line.toString()) as [string, number];
    expect(outcome).toBe('TypeError');
    expect(seconds).toBeGreaterThanOrEqual(9);
    expect(seconds).toBeLessThan(20);
  });
});
