import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import {
  Body,
  type CanActivate,
  Controller,
  HttpCode,
  Injectable,
  Module,
  Post,
  UploadedFiles,
  UseGuards,
} from '@nestjs/common';
import { Public, RequirePermissions, PermissionsModule } from '../../../src/access';
import { Conflict, type FileUpload, Multipart, PlainText } from '../../../src/platform/http';
import type { Answer, ProblemBody } from '../../support/api';
import { startApp, type TestApp } from '../../support/app';
import { BOUNDARY, field, file, form, MULTIPART, type Part } from '../../support/form';
import { expectProblem, violations } from '../../support/problem';
import { exchange, open } from '../../support/wire';

const KIB = 1024;

class PhotoRequest {
  @PlainText({ maxLength: 100 })
  readonly title: string;
}

interface Received {
  readonly title?: string;
  readonly files: readonly {
    field: string;
    name?: string;
    mediaType: string;
    size: number;
    digest: string;
  }[];
}

const digest = (bytes: string | Buffer) => createHash('sha256').update(bytes).digest('hex');

@Injectable()
class Closed implements CanActivate {
  canActivate(): boolean {
    return false;
  }
}

async function read(files: AsyncIterable<FileUpload>): Promise<Received['files']> {
  const received = [];
  for await (const { stream, ...upload } of files) {
    const bytes = await buffer(stream);
    received.push({ ...upload, size: bytes.length, digest: digest(bytes) });
  }
  return received;
}

@Controller('uploads')
class UploadsController {
  @Post('photo')
  @HttpCode(200)
  @RequirePermissions('photos:write')
  @Multipart({ files: { photo: { required: true } }, fileBytes: 100 * KIB, fields: 3, fieldBytes: 1_000 })
  async photo(
    @Body() { title }: PhotoRequest,
    @UploadedFiles() files: AsyncIterable<FileUpload>,
  ): Promise<Received> {
    return { title, files: await read(files) };
  }

  @Post('closed')
  @UseGuards(Closed)
  @Multipart({ files: { photo: {} }, fileBytes: 100 * KIB })
  closed(@UploadedFiles() _files: AsyncIterable<FileUpload>): void {
    throw new Error('never called');
  }
}

@Public()
@Controller('forms')
class FormsController {
  @Post('pages')
  @HttpCode(200)
  @Multipart({ files: { page: { max: 3 }, cover: {} }, fileBytes: 100 * KIB })
  async pages(@UploadedFiles() files: AsyncIterable<FileUpload>): Promise<Received> {
    return { files: await read(files) };
  }

  @Post('first')
  @HttpCode(200)
  @Multipart({ files: { page: { max: 3 } }, fileBytes: 400 * KIB })
  async first(@UploadedFiles() files: AsyncIterable<FileUpload>): Promise<string> {
    for await (const { name } of files) return String(name);
    return 'none';
  }

  @Post('unread')
  @HttpCode(200)
  @Multipart({ files: { page: { max: 3 } }, fileBytes: 400 * KIB })
  unread(@UploadedFiles() _files: AsyncIterable<FileUpload>): string {
    return 'unread';
  }

  @Post('names')
  @HttpCode(200)
  @Multipart({ files: { page: { max: 3 } }, fileBytes: 400 * KIB })
  async names(@UploadedFiles() files: AsyncIterable<FileUpload>): Promise<unknown[]> {
    const names = [];
    for await (const { name } of files) names.push(name);
    return names;
  }

  @Post('careless')
  @HttpCode(200)
  @Multipart({ files: { page: {} }, fileBytes: 10 * KIB })
  async careless(@UploadedFiles() files: AsyncIterable<FileUpload>): Promise<string> {
    return read(files).then(
      () => 'done',
      () => 'done',
    );
  }

  @Post('refused')
  @Multipart({ files: { page: {} }, fileBytes: 30 * 1024 * KIB })
  refused(@UploadedFiles() _files: AsyncIterable<FileUpload>): never {
    throw new Conflict();
  }

  @Post('failing')
  @Multipart({ files: { page: {} }, fileBytes: 10 * KIB })
  async failing(@UploadedFiles() files: AsyncIterable<FileUpload>): Promise<void> {
    for await (const { stream } of files) {
      stream.destroy(new Error('ENOSPC'));
      await once(stream, 'close');
      throw new Error('ENOSPC');
    }
  }
}

@Module({
  imports: [PermissionsModule.of({ 'photos:write': 'Upload photos' })],
  controllers: [UploadsController, FormsController],
})
class UploadsModule {}

describe('a route with @Multipart()', () => {
  let app: TestApp;
  let token: string;
  const opened: Socket[] = [];

  beforeAll(async () => {
    app = await startApp({ modules: [UploadsModule] });
    ({ token } = await app.as('ada', { permissions: ['photos:write'] }));
  });

  afterAll(async () => app.close());

  afterEach(() => {
    for (const socket of opened.splice(0)) socket.destroy();
  });

  const post = async <Body = Received & ProblemBody>(
    path: string,
    raw: Buffer | string,
    headers: Record<string, string> = {},
  ): Promise<Answer<Body>> =>
    app.api.post<Body>(path, {
      raw: Uint8Array.from(Buffer.from(raw)),
      headers: { 'content-type': MULTIPART, ...headers },
      ...(path.startsWith('/uploads') && { token }),
    });

  const photo = async (...parts: readonly Part[]) => post('/uploads/photo', form(...parts));
  const pages = async (...parts: readonly Part[]) => post('/forms/pages', form(...parts));

  const head = (path: string, ...headers: string[]) =>
    [`POST ${path} HTTP/1.1`, 'host: x', `content-type: ${MULTIPART}`, ...headers, '', ''].join('\r\n');

  describe('receives', () => {
    it('the text fields as its body, and the files with the bytes that were sent', async () => {
      const content = Buffer.from(Array.from({ length: 70_000 }, (_, at) => at % 256));
      const { status, body } = await photo(field('title', 'Ödön'), file('photo', content, 'C:\\tmp\\ü.png'));
      expect(status).toBe(200);
      expect(body).toEqual({
        title: 'Ödön',
        files: [
          { field: 'photo', name: 'ü.png', mediaType: 'image/png', size: 70_000, digest: digest(content) },
        ],
      });
    });

    it('what fetch sends', async () => {
      const data = new FormData();
      data.append('page', new Blob(['one']), 'one.txt');
      data.append('page', new Blob(['two']), '../../two.txt');
      const answer = await fetch(`${app.api.url}/forms/pages`, { method: 'POST', body: data });
      const { files } = (await answer.json()) as Received;
      expect(files.map(({ name, size }) => [name, size])).toEqual([
        ['one.txt', 3],
        ['two.txt', 3],
      ]);
    });

    it('a form in chunks, of any size', async () => {
      const bytes = form(file('page', 'abc'));
      const chunks = [...bytes].map((byte) => `1\r\n${String.fromCharCode(byte)}\r\n`).join('');
      const request = `${head('/forms/pages', 'connection: close', 'transfer-encoding: chunked')}${chunks}0\r\n\r\n`;
      const { answers } = await exchange(app.api.url, request);
      expect(answers.map(({ status }) => status)).toEqual([200]);
      expect(answers[0]?.body).toMatchObject({ files: [{ size: 3, digest: digest('abc') }] });
    });

    it('a file whose content looks like the form', async () => {
      const content = `\r\n--${BOUNDARY.slice(0, -1)}\r\n--\r\ncontent-disposition: form-data; name="x"\r\n\r\n`;
      expect((await pages(file('page', content))).body.files).toMatchObject([{ digest: digest(content) }]);
    });

    it('no file where none was chosen, or where there is no body', async () => {
      expect((await pages(file('page', '', ''))).body.files).toEqual([]);
      expect((await post('/forms/pages', form())).body.files).toEqual([]);
      expect((await app.api.post<Received>('/forms/pages')).body.files).toEqual([]);
    });

    it('each file, whether or not the one before was read', async () => {
      const big = 'x'.repeat(300 * KIB);
      const parts = ['a', 'b', 'c'].map((name) => file('page', big, name));
      expect((await post('/forms/names', form(...parts))).body).toEqual(['a', 'b', 'c']);
    });

    it('no more than it wants: the rest is discarded, and the connection serves on', async () => {
      const big = form(
        file('page', 'x'.repeat(300 * KIB), 'one'),
        file('page', 'x'.repeat(300 * KIB), 'two'),
      );
      for (const [path, text] of [
        ['/forms/first', 'one'],
        ['/forms/unread', 'unread'],
      ] as const)
        expect((await post(path, big)).text).toBe(text);
      expect((await app.api.get('/health/live')).status).toBe(200);
    });
  });

  describe('refuses', () => {
    it('a form without a token, with none of its body read', async () => {
      const answer = await app.api.post('/uploads/photo', {
        raw: Uint8Array.from(form(field('title', 'a'), file('photo', 'x'))),
        headers: { 'content-type': MULTIPART },
      });
      expectProblem(answer, 401, 'authentication-required');
      // The answer comes before the body, which never does.
      const socket = await open(app.api.url);
      opened.push(socket);
      const answered = once(socket, 'data') as Promise<[Buffer]>;
      socket.write(head('/uploads/photo', 'content-length: 90000'));
      expect((await answered)[0].toString()).toMatch(/^HTTP\/1\.1 401 /);
    });

    it('a form of a user without the permission, and of one whom a guard of the route refuses', async () => {
      const eve = await app.as('eve');
      const call = { raw: Uint8Array.from(form(file('photo', 'x'))), headers: { 'content-type': MULTIPART } };
      expectProblem(
        await app.api.post('/uploads/photo', { ...call, token: eve.token }),
        403,
        'insufficient-permission',
      );
      expectProblem(await app.api.post('/uploads/closed', { ...call, token: eve.token }), 403, 'forbidden');
    });

    it('a client that waits for its consent, unless the guards have passed', async () => {
      const begin = async (path: string, length: number) => {
        const socket = await open(app.api.url);
        opened.push(socket);
        const answered = once(socket, 'data') as Promise<[Buffer]>;
        socket.write(head(path, `content-length: ${length}`, 'expect: 100-continue'));
        return { socket, first: (await answered)[0].toString() };
      };
      expect((await begin('/uploads/photo', 900)).first).toMatch(/^HTTP\/1\.1 401 /);
      const bytes = form(file('page', 'abc'));
      const { socket, first } = await begin('/forms/pages', bytes.length);
      expect(first).toBe('HTTP/1.1 100 Continue\r\n\r\n');
      const answered = once(socket, 'data') as Promise<[Buffer]>;
      socket.write(bytes);
      expect((await answered)[0].toString()).toMatch(/^HTTP\/1\.1 200 /);
      expect((await begin('/v1/auth/login', 2)).first).toBe('HTTP/1.1 100 Continue\r\n\r\n');
    });

    it.each([
      ['JSON', 'application/json'],
      ['a form without parts', 'application/x-www-form-urlencoded'],
      ['another multipart', 'multipart/mixed; boundary=x'],
      ['no type', ''],
    ])('%s', async (_, type) => {
      const answer = await post('/forms/pages', '{}', { 'content-type': type });
      expectProblem(answer, 415, 'unsupported-media-type');
      expect(answer.body.detail).toMatch(/multipart\/form-data/);
    });

    it('a compressed form', async () => {
      const answer = await post('/forms/pages', form(file('page', 'x')), { 'content-encoding': 'gzip' });
      expectProblem(answer, 415, 'unsupported-media-type');
    });

    it.each<[string, string | Buffer, string]>([
      ['has no boundary', form(file('page', 'x')), 'multipart/form-data'],
      ['has an empty boundary', form(file('page', 'x')), 'multipart/form-data; boundary='],
      ['has another boundary', form(file('page', 'x')), 'multipart/form-data; boundary=other'],
      ['has no part', 'nothing of the kind', MULTIPART],
      ['ends in a file', form(file('page', 'x'.repeat(500))).subarray(0, 300), MULTIPART],
      ['ends in a head', form(file('page', 'x')).subarray(0, 40), MULTIPART],
      ['has a field without a name', form(['content-disposition: form-data', 'x']), MULTIPART],
      ['has a file without a name', form(['content-disposition: form-data; filename="a"', 'x']), MULTIPART],
      ['has a file with an empty name', form(file('', 'x')), MULTIPART],
      ['has a field twice', form(field('a', '1'), field('a', '2')), MULTIPART],
      ['has a field after a file', form(file('page', 'x'), field('title', 'a')), MULTIPART],
      ['names __proto__', form(field('__proto__', 'x')), MULTIPART],
      ['names __proto__ for a file', form(file('__proto__', 'x')), MULTIPART],
      ['names constructor', form(field('constructor', 'x')), MULTIPART],
      ['has a file name with control characters', form(file('page', 'x', 'a\u0000.png')), MULTIPART],
      ['has a file name that is too long', form(file('page', 'x', 'a'.repeat(256))), MULTIPART],
      [
        'nests JSON deeply',
        form([
          'content-disposition: form-data; name="a"\r\ncontent-type: application/json',
          '['.repeat(30_000) + ']'.repeat(30_000),
        ]),
        MULTIPART,
      ],
    ])('what %s', async (_, raw, type) => {
      expectProblem(await post('/forms/pages', raw, { 'content-type': type }), 400, 'malformed-request');
    });

    it.each<[string, readonly Part[]]>([
      ['a file over the limit', [file('page', 'x'.repeat(100 * KIB + 1))]],
      ['a second file over the limit', [file('page', 'x'), file('page', 'x'.repeat(100 * KIB + 1))]],
      ['too many files', Array.from({ length: 5 }, () => file('page', 'x'))],
      ['too many files of a field', [file('cover', 'x'), file('cover', 'x')]],
      ['too many fields', Array.from({ length: 21 }, (_, at) => field(`f${at}`, 'x'))],
      ['too many parts', Array.from({ length: 500 }, (_, at) => field(`f${at}`, ''))],
      ['a field over the limit', [field('a', 'x'.repeat(64 * KIB + 1))]],
      [
        'fields that are together over the limit',
        [field('a', 'x'.repeat(40 * KIB)), field('b', 'x'.repeat(40 * KIB))],
      ],
    ])('%s', async (_, parts) => {
      expectProblem(await pages(...parts), 413, 'payload-too-large');
    });

    it('a body over the limit of all parts before it is read, and in chunks while it is', async () => {
      const { answers } = await exchange(
        app.api.url,
        `${head('/forms/pages', 'connection: close', 'content-length: 900000000')}x`,
        { halfClose: true },
      );
      expectProblem(answers[0] as Answer<ProblemBody>, 413, 'payload-too-large');
      const preamble = 'x'.repeat(60_000);
      const chunk = `${preamble.length.toString(16)}\r\n${preamble}\r\n`;
      const chunked = await exchange(
        app.api.url,
        `${head('/forms/pages', 'connection: close', 'transfer-encoding: chunked')}${chunk.repeat(20)}`,
      );
      expectProblem(chunked.answers[0] as Answer<ProblemBody>, 413, 'payload-too-large');
    });

    it('a head of a part that is too large or has too many lines', async () => {
      const bombs = [
        `x: ${'a'.repeat(90_000)}`,
        Array.from({ length: 3_000 }, (_, at) => `x-${at}: a`).join('\r\n'),
      ];
      for (const bomb of bombs) {
        const part: Part = [`${bomb}\r\ncontent-disposition: form-data; name="page"; filename="a"`, 'x'];
        const { status, body } = await post('/forms/pages', form(part));
        expect([status, body.files ?? []]).toEqual([200, []]);
      }
    });

    it('fields and files that it does not know, and a form without a required file', async () => {
      const unknown = await photo(field('title', 'a'), field('a[b]', 'c'), file('photo', 'x'));
      expectProblem(unknown, 422, 'validation-failed');
      expect(violations(unknown)).toEqual({ '/a[b]': 'unknown-property' });
      expect(violations(await photo(field('title', 'a'), file('ph/oto', 'x')))).toEqual({
        '/ph~1oto': 'unknown-property',
      });
      expect(violations(await photo(field('title', 'a')))).toEqual({ '/photo': 'required' });
      expect(violations(await photo(field('title', 'a'), file('photo', '', '')))).toEqual({
        '/photo': 'required',
      });
      const late = await photo(file('photo', 'x'), field('title', 'a'));
      expect(violations(late)).toEqual({ '/title': 'required' });
      expect(late.body.errors?.[0]?.detail).toBe(
        'Required. The text fields of a form come before its files.',
      );
    });

    it('a form whose handler overlooked that it was refused', async () => {
      const answer = await post('/forms/careless', form(file('page', 'x'.repeat(11 * KIB))));
      expectProblem(answer, 413, 'payload-too-large');
    });

    it('a form with a response that reaches a client which still sends', async () => {
      const big = form(file('page', 'x'.repeat(20 * 1024 * KIB)));
      expectProblem(await post('/forms/refused', big), 409, 'conflict');
      expectProblem(await post('/forms/pages', big), 413, 'payload-too-large');
      expectProblem(
        await app.api.post('/uploads/photo', {
          raw: Uint8Array.from(big),
          headers: { 'content-type': MULTIPART },
        }),
        401,
        'authentication-required',
      );
    });

    it('nothing because of an error of its handler, which stays one', async () => {
      expectProblem(
        await post('/forms/failing', form(file('page', 'x'.repeat(9 * KIB)))),
        500,
        'internal-error',
      );
    });
  });

  it('leaves every other route as it was', async () => {
    const answer = await post('/v1/auth/login', form(field('email', 'a')));
    expectProblem(answer, 415, 'unsupported-media-type');
  });
});
