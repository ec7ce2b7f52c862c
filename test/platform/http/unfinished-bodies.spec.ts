import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { TestApp } from '../../support/app';
import { eventually } from '../../support/eventually';
import { expectProblem } from '../../support/problem';
import { sharedApp } from '../../support/shared-app';
import { exchange, open } from '../../support/wire';

const POST = 'POST /v1/auth/login HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n';
const KIB = 1024;
/** What one source may have under way, in bodies of the largest size. */
const MOST = 16;

describe('bodies that are begun and not finished', () => {
  let app: TestApp;
  const opened: Socket[] = [];

  beforeAll(async () => {
    app = await sharedApp();
  });

  afterEach(() => {
    for (const socket of opened.splice(0)) socket.destroy();
  });

  /** Sends heads and a part of each body, until the server has read the heads. */
  async function begin(framing: string, count: number): Promise<void> {
    for (let at = 0; at < count; at++) {
      const arrived = once(app.nest.getHttpServer(), 'request');
      const socket = await open(app.api.url);
      opened.push(socket);
      socket.write(`${POST}${framing}`);
      await arrived;
    }
  }

  const large = async () => {
    const { answers } = await exchange(
      app.api.url,
      `${POST}connection: close\r\ncontent-length: ${64 * KIB}\r\n\r\n${' '.repeat(64 * KIB)}`,
    );
    return answers[0]?.status;
  };

  it.each([
    ['of a stated length', `content-length: ${64 * KIB}\r\n\r\n{`],
    ['in chunks', 'transfer-encoding: chunked\r\n\r\n1\r\n{\r\n'],
  ])('%s are so many from one source and no more; one that ends makes way', async (_, framing) => {
    await eventually(async () => expect(await large()).toBe(400));
    await begin(framing, MOST);
    const { answers } = await exchange(app.api.url, `${POST}${framing}`);
    expect(answers).toHaveLength(1);
    for (const answer of answers) {
      expectProblem(answer, 429, 'rate-limited');
      expect(answer.headers.get('retry-after')).toBe('1');
      expect(answer.headers.get('connection')).toBe('close');
    }
    opened.pop()?.destroy();
    await eventually(async () => expect(await large()).toBe(400));
  });

  it('do not stop the sign-ins of others behind the same address', async () => {
    await begin(`content-length: ${64 * KIB}\r\n\r\n{`, MOST);
    const json = await app.someone();
    expect((await app.api.post('/v1/auth/login', { json })).status).toBe(200);
  });
});
