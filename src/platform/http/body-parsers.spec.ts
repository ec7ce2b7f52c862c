import { gzipSync } from 'node:zlib';
import fastify, { type FastifyInstance } from 'fastify';
import { DomainError } from '../errors';
import { acceptBodies } from './body-parsers';
import { DEFAULT_BODY } from './body-policy';

const nested = (levels: number, leaf = '1') => '['.repeat(levels) + leaf + ']'.repeat(levels);

describe('a request body', () => {
  let server: FastifyInstance;

  beforeAll(() => {
    server = fastify({ bodyLimit: DEFAULT_BODY.bytes });
    acceptBodies(server);
    server.post('/', async ({ body }) => ({ received: body === undefined ? 'nothing' : body }));
    server.setErrorHandler<Error & { statusCode?: number }>((error, _, reply) => {
      const refused = error instanceof DomainError ? error.code : error.statusCode;
      void reply.status(400).send({ refused });
    });
  });

  afterAll(async () => server.close());

  async function send(payload: string | Buffer, headers: Record<string, string> = {}): Promise<unknown> {
    const all = { 'content-type': 'application/json', ...headers };
    return (await server.inject({ method: 'POST', url: '/', payload, headers: all })).json();
  }

  it.each([
    ['an object', '{"a":[1,null,"ü€🦦"]}', { a: [1, null, 'ü€🦦'] }],
    ['a list', '[]', []],
    ['a text', '"a"', 'a'],
    ['white space around it', ' \n{"a":1}\t', { a: 1 }],
    ['an escaped NUL', '{"a":"\\u0000"}', { a: '\0' }],
    ['nothing', '', 'nothing'],
  ])('is read: %s', async (_, payload, received) => {
    expect(await send(payload)).toEqual({ received });
  });

  it.each([
    ['a charset', { 'content-type': 'application/json; charset=utf-8' }],
    ['a quoted charset in upper case', { 'content-type': 'application/json; charset="UTF-8"' }],
    ['no content coding, said aloud', { 'content-encoding': 'identity' }],
  ])('is read with %s', async (_, headers) => {
    expect(await send('{}', headers)).toEqual({ received: {} });
  });

  it.each([
    ['half of one', '{"a":'],
    ['two of them', '{}{}'],
    ['single quotes', `{'a':1}`],
    ['a trailing comma', '{"a":1,}'],
    ['a comment', '{} // x'],
    ['NaN', '{"a":NaN}'],
    ['white space alone', '   '],
    ['a form', 'a=1&b=2'],
    ['a byte that is not UTF-8', Buffer.from([0x22, 0xff, 0x22])],
    ['an overlong encoding', Buffer.from([0x22, 0xc0, 0xaf, 0x22])],
    ['a surrogate in UTF-8', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])],
    ['UTF-16', Buffer.from('{"a":1}', 'utf16le')],
    ['__proto__', '{"__proto__":{"admin":true}}'],
    ['__proto__, escaped', '{"__pr\\u006fto__":{"admin":true}}'],
    ['__proto__ further down', '{"a":[{"__proto__":null}]}'],
    ['a constructor with a prototype', '{"constructor":{"prototype":{"admin":true}}}'],
  ])('is malformed with %s', async (_, payload) => {
    expect(await send(payload)).toEqual({ refused: 'malformed-request' });
  });

  it.each([
    ['32 lists', nested(32)],
    ['32 objects', '{"a":'.repeat(32) + '1' + '}'.repeat(32)],
    ['a thousand values', `[${'[],'.repeat(999)}[]]`],
  ])('may nest 32 levels deep: %s', async (_, payload) => {
    expect(await send(payload)).toEqual({ received: JSON.parse(payload) as unknown });
  });

  it.each([
    ['33 lists', nested(33)],
    ['33 objects', '{"a":'.repeat(33) + '1' + '}'.repeat(33)],
    ['a thousand values and one', `[${'[],'.repeat(1_000)}[]]`],
    ['one deep list among many', `[${'[],'.repeat(500)}${nested(32)}]`],
    ['as deep as its size allows', nested(32_000, '')],
  ])('may not nest deeper or hold more: %s', async (_, payload) => {
    expect(await send(payload)).toEqual({ refused: 'malformed-request' });
  });

  it.each([
    ['another charset', { 'content-type': 'application/json; charset=utf-16' }, '{}'],
    ['a content coding', { 'content-encoding': 'gzip' }, gzipSync('{}')],
    ['two codings', { 'content-encoding': 'identity, gzip' }, gzipSync('{}')],
  ])('is of an unsupported type with %s', async (_, headers, payload) => {
    expect(await send(payload, headers)).toEqual({ refused: 'unsupported-media-type' });
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'text/json',
  ])('is never %s', async (type) => {
    expect(await send('{}', { 'content-type': type })).toEqual({ refused: 'unsupported-media-type' });
  });

  it('is 64 KiB long at most', async () => {
    const filled = (length: number) => `"${'a'.repeat(length - 2)}"`;
    expect(await send(filled(DEFAULT_BODY.bytes))).toHaveProperty('received');
    expect(await send(filled(DEFAULT_BODY.bytes + 1))).toEqual({ refused: 413 });
  });
});
