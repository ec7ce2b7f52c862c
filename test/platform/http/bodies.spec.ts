import { Body, Controller, HttpCode, Module, Post, Put, RawBody } from '@nestjs/common';
import { Public } from '../../../src/access';
import { BodyLimit, Consumes, PlainText } from '../../../src/platform/http';
import type { Call, ProblemBody } from '../../support/api';
import { startApp, type TestApp } from '../../support/app';
import { sendBytes } from '../../support/bytes';
import { expectProblem, violations } from '../../support/problem';
import { ApiProperty } from '@nestjs/swagger';
import { IsArray } from 'class-validator';

const FORM = 'application/x-www-form-urlencoded';
const KIB = 1024;

class LettersRequest {
  @PlainText({ maxLength: 500_000 })
  readonly text: string;
}

class NumbersRequest {
  @ApiProperty({ type: [Number] })
  @IsArray()
  readonly numbers: number[];
}

class PaymentRequest {
  @PlainText({ maxLength: 100 })
  readonly id: string;

  @PlainText({ maxLength: 100 })
  readonly note: string;
}

const hex = (bytes: unknown) => (Buffer.isBuffer(bytes) ? bytes.toString('hex') : String(bytes));

@Public()
@Controller('bodies')
class BodiesController {
  @Post('large')
  @HttpCode(200)
  @BodyLimit({ bytes: 300 * KIB })
  large(@Body() { text }: LettersRequest): { length: number } {
    return { length: text.length };
  }

  @Post('small')
  @HttpCode(200)
  @BodyLimit({ bytes: 100, values: 3 })
  small(@Body() { numbers }: NumbersRequest): { count: number } {
    return { count: numbers.length };
  }

  @Post('many')
  @HttpCode(200)
  @BodyLimit({ values: 5_000 })
  many(@Body() { numbers }: NumbersRequest): { count: number } {
    return { count: numbers.length };
  }

  @Put('raw/:id')
  @BodyLimit({ bytes: 2 * KIB })
  raw(@RawBody() bytes: Buffer, @Body() body: PaymentRequest): object {
    return { hex: hex(bytes), id: body.id };
  }

  @Post('raw')
  @HttpCode(200)
  rawAlone(@RawBody() bytes: Buffer): object {
    return { hex: hex(bytes) };
  }

  @Post('xml')
  @HttpCode(200)
  @Consumes('application/xml', 'text/plain')
  @BodyLimit({ bytes: 100 })
  xml(@RawBody() bytes: Buffer): object {
    return { hex: hex(bytes) };
  }

  @Post('form')
  @HttpCode(200)
  @Consumes(FORM)
  @BodyLimit({ values: 10 })
  form(@Body() body: PaymentRequest): PaymentRequest {
    return body;
  }

  @Post('either')
  @HttpCode(200)
  @Consumes('application/json', 'application/cloudevents+json', FORM)
  either(@RawBody() bytes: Buffer, @Body() body: PaymentRequest): object {
    return { hex: hex(bytes), id: body.id };
  }

  @Post('default')
  @HttpCode(200)
  usual(@Body() body: PaymentRequest): PaymentRequest {
    return body;
  }
}

@Module({ controllers: [BodiesController] })
class BodiesModule {}

let app: TestApp;

beforeAll(async () => {
  app = await startApp({ modules: [BodiesModule] });
});

afterAll(async () => app.close());

const send = async (path: string, raw: string | Buffer, type = 'application/json', method = 'POST') =>
  app.api.send<ProblemBody & { hex: string; id: string }>(method, `/bodies/${path}`, {
    raw: typeof raw === 'string' ? raw : Uint8Array.from(raw),
    headers: { 'content-type': type },
  });

const chunked = async (path: string, type: string, body: string) =>
  sendBytes(
    app.api.url,
    `POST /bodies/${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: ${type}\r\ntransfer-encoding: chunked\r\n\r\n`,
    ...(body === '' ? [] : [`${body.length.toString(16)}\r\n${body}\r\n`]),
    '0\r\n\r\n',
  );

const letters = (bytes: number) => JSON.stringify({ text: 'x'.repeat(bytes - '{"text":""}'.length) });

describe('the limits of a body', () => {
  it('are those of its route, to the byte', async () => {
    expect((await send('large', letters(300 * KIB))).status).toBe(200);
    const refused = await send('large', letters(300 * KIB + 1));
    expectProblem(refused, 413, 'payload-too-large');
    expect(refused.body.detail).toBe('The request body is larger than 300 KiB.');
    expectProblem(
      await send('small', JSON.stringify({ numbers: [], x: 'x'.repeat(100) })),
      413,
      'payload-too-large',
    );
  });

  it('hold for a body in chunks', async () => {
    expect((await chunked('large', 'application/json', letters(300 * KIB))).status).toBe(200);
    expectProblem(
      await chunked('large', 'application/json', letters(300 * KIB + 1)),
      413,
      'payload-too-large',
    );
  });

  it('stay the default of other routes', async () => {
    expectProblem(await send('default', letters(64 * KIB + 1)), 413, 'payload-too-large');
    const detail = 'The request body is larger than 64 KiB.';
    expect((await send('default', letters(64 * KIB + 1))).body.detail).toBe(detail);
  });

  it('include the number of values', async () => {
    const numbers = (count: number) => JSON.stringify({ numbers: Array(count).fill(0) });
    expect((await send('small', numbers(2))).status).toBe(200);
    expectProblem(await send('small', numbers(3)), 400, 'malformed-request');
    expect((await send('many', numbers(4_999))).status).toBe(200);
    expectProblem(await send('many', numbers(5_000)), 400, 'malformed-request');
  });

  it('are counted where several large bodies of one source arrive at once', async () => {
    const answers = await Promise.all([1, 2, 3, 4].map(async () => send('large', letters(300 * KIB))));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  });
});

describe('the exact bytes of a body', () => {
  it.each<[string, string | Buffer]>([
    ['white space', ' {\t"id" : "1",\r\n"note":"a" } \n'],
    ['a byte order mark', Buffer.from('\ufeff{"id":"1","note":"a"}')],
    ['duplicate keys', '{"id":"2","id":"1","note":"a"}'],
    ['escapes', '{"id":"\\u0031","note":"\\/"}'],
    ['numbers in the order of their keys', '{"note":"a","id":"1"}'],
  ])('are what was sent: %s', async (_, raw) => {
    const { status, body } = await send('raw/7', raw, 'application/json', 'PUT');
    expect(status).toBe(200);
    expect(body).toEqual({ hex: Buffer.from(raw).toString('hex'), id: '1' });
  });

  it('are there without a parsed body, and are none where no body was sent', async () => {
    expect((await send('raw', '[1]')).body.hex).toBe(Buffer.from('[1]').toString('hex'));
    const call: Call = {};
    expect((await app.api.post<{ hex: string }>('/bodies/raw', call)).body.hex).toBe('');
    expect(((await chunked('raw', 'application/json', '')).body as { hex?: string }).hex).toBe('');
  });

  it('are those of a route that takes another type, which is not parsed', async () => {
    const xml = Buffer.from([0xff, 0x00, 0x3c, 0x61, 0x2f, 0x3e]);
    expect((await send('xml', xml, 'application/xml')).body.hex).toBe(xml.toString('hex'));
    expect((await send('xml', 'é', 'Text/Plain; charset=iso-8859-1')).status).toBe(200);
    expect((await chunked('xml', 'application/xml', '<a/>')).status).toBe(200);
  });

  it('of another type have the limit of the route', async () => {
    expect((await send('xml', 'x'.repeat(100), 'text/plain')).status).toBe(200);
    expectProblem(await send('xml', 'x'.repeat(101), 'text/plain'), 413, 'payload-too-large');
    expectProblem(await chunked('xml', 'text/plain', 'x'.repeat(101)), 413, 'payload-too-large');
  });

  it.each([
    ['JSON', 'application/json', {}],
    ['no type that it names', 'text/html', {}],
    ['a compressed body', 'application/xml', { 'content-encoding': 'gzip' }],
  ])('are not taken from %s', async (_, type, headers) => {
    const answer = await app.api.post<ProblemBody>('/bodies/xml', {
      raw: '<a/>',
      headers: { 'content-type': type, ...headers },
    });
    expectProblem(answer, 415, 'unsupported-media-type');
    expect(answer.body.detail).toMatch(/application\/xml or text\/plain/);
  });

  it('do not make malformed JSON acceptable', async () => {
    for (const raw of ['{"id":', '{"__proto__":{"id":1}}', Buffer.from([0x22, 0xff, 0x22])])
      expectProblem(await send('raw/7', raw, 'application/json', 'PUT'), 400, 'malformed-request');
    expectProblem(await send('raw/7', '{"id":"1"}', 'application/json', 'PUT'), 422, 'validation-failed');
  });
});

describe('a form', () => {
  it('is validated as JSON is', async () => {
    expect((await send('form', 'id=1&note=a+b%26%C3%A9%3D', FORM)).body).toEqual({ id: '1', note: 'a b&é=' });
    const invalid = await send('form', 'note=&other=1', `${FORM}; charset=utf-8`);
    expectProblem(invalid, 422, 'validation-failed');
    expect(violations(invalid)).toEqual({ '/id': 'required', '/note': 'text', '/other': 'unknown-property' });
  });

  it('may be sent in chunks, and need not have a field', async () => {
    expect((await chunked('form', FORM, 'id=1&note=a')).status).toBe(200);
    expect((await chunked('form', FORM, '')).status).toBe(422);
    expect((await send('form', '&&', FORM)).status).toBe(422);
  });

  it.each([
    ['names a field twice', 'id=1&id=2&note=a'],
    ['names a field twice in disguise', 'id=1&%69d=2&note=a'],
    ['names a field twice with a list in mind', 'id[]=1&id[]=2&note=a'],
    ['has a field without a name', '=1&id=1&note=a'],
    ['names __proto__', 'id=1&note=a&__proto__=1'],
    ['names __proto__ in disguise', 'id=1&note=a&%5F_proto%5F_=1'],
    ['is cut within an escape', 'id=1&note=%4'],
    ['is not UTF-8', 'id=1&note=%FF'],
    ['has more fields than its route accepts', Array.from({ length: 11 }, (_, at) => `f${at}=1`).join('&')],
    ['has a raw byte that is not UTF-8', Buffer.from([0x69, 0x64, 0x3d, 0xff])],
  ])('is malformed where it %s', async (_, raw) => {
    expectProblem(await send('form', raw, FORM), 400, 'malformed-request');
  });

  it.each(['a[b]', 'a.b', 'a[__proto__]', 'constructor', 'prototype', 'toString'])(
    'with a field named %s has a field of exactly this name',
    async (name) => {
      const answer = await send('form', `id=1&note=a&${encodeURIComponent(name)}=1`, FORM);
      expectProblem(answer, 422, 'validation-failed');
      expect(violations(answer)).toEqual({ [`/${name}`]: 'unknown-property' });
    },
  );

  it.each([
    ['JSON', 'application/json', {}],
    ['another charset', `${FORM}; charset=iso-8859-1`, {}],
    ['a content coding', FORM, { 'content-encoding': 'gzip' }],
    ['a form with parts', 'multipart/form-data; boundary=x', {}],
  ])('is not %s', async (_, type, headers) => {
    const call = { raw: 'id=1&note=a', headers: { 'content-type': type, ...headers } };
    expectProblem(await app.api.post('/bodies/form', call), 415, 'unsupported-media-type');
  });

  it('may be one of the types of a route, with its exact bytes', async () => {
    const form = 'note=a+b&id=%31';
    expect((await send('either', form, FORM)).body).toEqual({
      hex: Buffer.from(form).toString('hex'),
      id: '1',
    });
    const json = '{"id":"1","note":"a"}';
    for (const type of ['application/json', 'application/cloudevents+json'])
      expect((await send('either', json, type)).body).toEqual({
        hex: Buffer.from(json).toString('hex'),
        id: '1',
      });
    expectProblem(await send('either', json, 'application/other+json'), 415, 'unsupported-media-type');
  });

  it.each([FORM, 'application/xml', 'multipart/form-data; boundary=x', 'application/cloudevents+json'])(
    'and every other type is refused elsewhere: %s',
    async (type) => {
      const answer = await send('default', 'id=1&note=a', type);
      expectProblem(answer, 415, 'unsupported-media-type');
      expect(answer.body.detail).toBe('The request body must be application/json without a content coding.');
    },
  );
});
