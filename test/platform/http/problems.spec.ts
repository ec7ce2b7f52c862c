import type { Answer, Call, ProblemBody } from '../../support/api';
import type { TestApp } from '../../support/app';
import { sendBytes } from '../../support/bytes';
import { expectProblem, violations } from '../../support/problem';
import { sharedApp } from '../../support/shared-app';

const LIMIT = 64 * 1024;
const REGISTER = '/v1/auth/register';

describe('a request body', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await sharedApp();
  });

  const register = (call: Call) => app.api.post<ProblemBody>(REGISTER, call);
  const registerRaw = (raw: string | Uint8Array<ArrayBuffer>, type = 'application/json') =>
    register({ raw, headers: { 'content-type': type } });
  const aBodyOf = (bytes: number) => JSON.stringify({ x: 'x'.repeat(bytes - '{"x":""}'.length) });

  it.each<[string, string | Uint8Array<ArrayBuffer>]>([
    ['cut short', '{"email":'],
    ['with a trailing comma', '{"email":"ada@example.com",}'],
    ['not in UTF-8', Uint8Array.from([...Buffer.from('{"email":"'), 0xff, 0xfe, ...Buffer.from('"}')])],
    ['that names __proto__', '{"__proto__":{"admin":true}}'],
    ['that names __proto__ in disguise', '{"\\u005f_proto__":{"admin":true}}'],
    ['that names __proto__ further down', '{"email":{"a":[{"__proto__":1}]}}'],
    ['that names constructor.prototype', '{"constructor":{"prototype":{"admin":true}}}'],
    ['nested 33 deep', '['.repeat(33) + ']'.repeat(33)],
    ['nested 30,000 deep', '['.repeat(30_000) + ']'.repeat(30_000)],
  ])('%s is 400', async (_, raw) => {
    expectProblem(await registerRaw(raw), 400, 'malformed-request');
  });

  it('may nest 32 deep', async () => {
    expectProblem(await registerRaw('['.repeat(32) + ']'.repeat(32)), 422, 'validation-failed');
  });

  it('may have 64 KiB and not a byte more', async () => {
    expectProblem(await registerRaw(aBodyOf(LIMIT)), 422, 'validation-failed');
    expectProblem(await registerRaw(aBodyOf(LIMIT + 1)), 413, 'payload-too-large');
  });

  it('may have no more than that in chunks of unknown number, either', async () => {
    const inChunks = async (bytes: number) => {
      const half = Math.floor(bytes / 2);
      const parts = [aBodyOf(bytes).slice(0, half), aBodyOf(bytes).slice(half)];
      const head = `POST ${REGISTER} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n`;
      const chunks = parts.map((part) => `${part.length.toString(16)}\r\n${part}\r\n`);
      return sendBytes(app.api.url, head, ...chunks, '0\r\n\r\n');
    };
    expectProblem(await inChunks(LIMIT), 422, 'validation-failed');
    expectProblem(await inChunks(LIMIT + 1), 413, 'payload-too-large');
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/vnd.api+json',
    'application/json-patch+json',
    'application/jsonx',
    'text/json',
    'application/json; charset=utf-16',
    'application/json; charset=iso-8859-1',
    'application/json, text/plain',
    'nonsense',
  ])('of type %s is 415', async (type) => {
    const json = JSON.stringify({ email: 'ada@example.com', password: 'x' });
    expectProblem(await registerRaw(json, type), 415, 'unsupported-media-type');
  });

  it('without a type is 415, and so is one in a content coding', async () => {
    expectProblem(await register({ raw: Uint8Array.from([0x7b, 0x7d]) }), 415, 'unsupported-media-type');
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
    expectProblem(await register({ raw: '{}', headers }), 415, 'unsupported-media-type');
  });

  it.each([
    'application/json',
    'application/json; charset=utf-8',
    'application/json;charset="UTF-8"',
    'Application/JSON',
  ])('of type %s is read', async (type) => {
    expectProblem(await registerRaw('{}', type), 422, 'validation-failed');
  });

  it('needs no type where it is empty, and is then an object without properties', async () => {
    const empty = await register({});
    expectProblem(empty, 422, 'validation-failed');
    expect(violations(empty)).toEqual({ '/email': 'required', '/password': 'required' });
    expect((await app.api.post('/v1/auth/logout')).status).toBe(204);
    expect((await register({ headers: { 'content-type': 'application/json' } })).status).toBe(422);
  });

  it.each([
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/json; charset=utf-16',
    'nonsense',
  ])('that is not there has no type, whatever header came with it: %s', async (type) => {
    const bytes = (path: string, length: string) =>
      `POST ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: ${type}\r\n${length}\r\n`;
    for (const length of ['', 'content-length: 0\r\n', 'content-length: 00\r\n']) {
      expect((await sendBytes(app.api.url, bytes('/v1/auth/logout', length))).status).toBe(204);
      const none = await sendBytes(app.api.url, bytes(REGISTER, length));
      expect(violations(none)).toEqual({ '/email': 'required', '/password': 'required' });
    }
  });

  it.each(['null', ' null '])('that is JSON %j counts as none', async (raw) => {
    expect(violations(await registerRaw(raw))).toEqual({ '/email': 'required', '/password': 'required' });
    const headers = { 'content-type': 'application/json' };
    expect((await app.api.post('/v1/auth/logout', { raw, headers })).status).toBe(204);
  });

  it('of another type is refused at its first byte, and is none where no chunk comes', async () => {
    const chunked = (chunks: string) =>
      `POST /v1/auth/logout HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: text/plain\r\ntransfer-encoding: chunked\r\n\r\n${chunks}`;
    expect((await sendBytes(app.api.url, chunked('0\r\n\r\n'))).status).toBe(204);
    expectProblem(await sendBytes(app.api.url, chunked('1\r\nx\r\n')), 415, 'unsupported-media-type');
  });

  it.each(['[]', '[{"email":"ada@example.com"}]', '"text"', 'true', '7'])(
    'that is %s instead of an object is 422',
    async (raw) => {
      const answer = await registerRaw(raw);
      expectProblem(answer, 422, 'validation-failed');
      expect(violations(answer)).toEqual({ '': 'object' });
    },
  );

  it('with values of wrong types is 422, with a pointer and a stable code for each', async () => {
    const answer = await register({ json: { email: ['ada@example.com'], password: 7, displayName: {} } });
    expectProblem(answer, 422, 'validation-failed');
    expect(violations(answer)).toEqual({
      '/email': 'email-address',
      '/password': 'passphrase',
      '/displayName': 'display-name',
    });
    for (const { detail } of answer.body.errors ?? []) expect(detail).toMatch(/^[A-Z].*\.$/);
  });

  it('with properties that the route does not know is 422, with an RFC 6901 pointer to each', async () => {
    const unknown = { admin: true, 'a/b~c': 1, '': 1 };
    const answer = await register({
      json: { email: 'ada@example.com', password: 'long enough, one hopes', ...unknown },
    });
    expectProblem(answer, 422, 'validation-failed');
    expect(violations(answer)).toEqual({
      '/admin': 'unknown-property',
      '/a~1b~0c': 'unknown-property',
      '/': 'unknown-property',
    });
  });

  it.each(['constructor', 'prototype', 'toString', 'hasOwnProperty', '__defineGetter__', 'then', 'toJSON'])(
    'with a property named %s is 422 as with any unknown one',
    async (name) => {
      const json = { email: 'ada@example.com', password: 'long enough, one hopes', [name]: 1 };
      const answer = await register({ json });
      expectProblem(answer, 422, 'validation-failed');
      expect(violations(answer)).toEqual({ [`/${name}`]: 'unknown-property' });
    },
  );

  it.each<[string, string]>([
    ['PATCH', '/v1/users/me'],
    ['POST', '/v1/auth/reauthenticate'],
  ])('of %s %s may be 400, 413 or 415 before 401, but never 422', async (method, path) => {
    const send = (raw: string, type = 'application/json'): Promise<Answer> =>
      app.api.send(method, path, { raw, headers: { 'content-type': type } });
    for (const raw of ['{"unknown":1}', '[]', 'null', '{}']) {
      expectProblem(await send(raw), 401, 'authentication-required');
    }
    expectProblem(await send('{'), 400, 'malformed-request');
    expectProblem(await send(aBodyOf(LIMIT + 1)), 413, 'payload-too-large');
    expectProblem(await send('{}', 'text/plain'), 415, 'unsupported-media-type');
  });
});
