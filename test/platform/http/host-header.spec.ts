import { sendBytes } from '../../support/bytes';
import { expectProblem } from '../../support/problem';
import { sharedApp } from '../../support/shared-app';
import type { TestApp } from '../../support/app';

describe('a request with', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await sharedApp();
  });

  const send = async (lines: readonly string[], version = '1.1') =>
    sendBytes(
      app.api.url,
      [`GET /health/live HTTP/${version}`, ...lines, 'connection: close', '', ''].join('\r\n'),
    );

  it.each([
    ['two hosts', ['Host: auth.example.test', 'Host: evil.example']],
    ['one host twice', ['Host: auth.example.test', 'hOST: auth.example.test']],
    ['an empty one beside', ['Host:', 'Host: auth.example.test']],
    ['no host', []],
  ])('%s is refused (RFC 9112 section 3.2)', async (_, lines) => {
    expectProblem(await send(lines), 400, 'malformed-request');
  });

  it('two hosts is refused in HTTP/1.0, too, where none is needed', async () => {
    expectProblem(await send(['Host: a', 'Host: b'], '1.0'), 400, 'malformed-request');
    expect((await send([], '1.0')).status).toBe(200);
  });

  it('one host is answered', async () => {
    expect((await send(['Host: auth.example.test', 'X-Host: evil.example'])).status).toBe(200);
  });
});
