import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Controller, HttpCode, Logger, Module, Post, UploadedFiles } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { Environment, EnvironmentModule } from '../../../src/platform/config';
import { ExtensionsModule } from '../../../src/platform/extensions';
import {
  createFastify,
  type FileUpload,
  HttpModule,
  limitBodyBytes,
  Multipart,
  RequestBodies,
} from '../../../src/platform/http';
import { TIMEOUTS } from '../../../src/platform/http/fastify';
import { TEST_ENVIRONMENT } from '../../support/app';
import { eventually } from '../../support/eventually';
import { file, form, MULTIPART } from '../../support/form';
import { inParallel } from '../../support/parallel';
import { exchange, open } from '../../support/wire';

const KIB = 1024;
const SHORT = { ...TIMEOUTS, headers: 100, request: 200, check: 20, lastAnswers: 300 };

/** What the handlers have seen. */
const seen = { started: 0, bytes: 0, errors: [] as Error[] };

async function count(files: AsyncIterable<FileUpload>): Promise<number> {
  seen.started++;
  let bytes = 0;
  try {
    for await (const { stream } of files)
      for await (const chunk of stream) {
        bytes += (chunk as Buffer).length;
        seen.bytes += (chunk as Buffer).length;
      }
  } catch (error) {
    if (error instanceof Error) seen.errors.push(error);
    throw error;
  }
  return bytes;
}

@Controller()
class UploadsController {
  @Post('patient')
  @HttpCode(200)
  @Multipart({ files: { page: {} }, fileBytes: 100 * KIB })
  async patient(@UploadedFiles() files: AsyncIterable<FileUpload>): Promise<{ bytes: number }> {
    return { bytes: await count(files) };
  }

  @Post('brief')
  @HttpCode(200)
  @Multipart({ files: { page: {} }, fileBytes: 100 * KIB, seconds: 1 })
  async brief(@UploadedFiles() files: AsyncIterable<FileUpload>): Promise<{ bytes: number }> {
    return { bytes: await count(files) };
  }
}

@Module({
  imports: [EnvironmentModule.forRoot(), ExtensionsModule, HttpModule],
  controllers: [UploadsController],
})
class UploadsModule {}

const WHOLE = form(file('page', 'x'.repeat(5_000)));
const PART = WHOLE.subarray(0, 2_000);
const CHUNK = `${PART.length.toString(16)}\r\n${PART.toString()}\r\n`;

describe('the connection of an upload', () => {
  let app: NestFastifyApplication;
  let url: string;
  const opened: Socket[] = [];

  beforeEach(async () => {
    const module = await Test.createTestingModule({ imports: [UploadsModule] })
      .overrideProvider(Environment)
      .useValue(new Environment(TEST_ENVIRONMENT))
      .compile();
    app = module.createNestApplication<NestFastifyApplication>(createFastify(SHORT), {
      bodyParser: false,
      logger: false,
    });
    limitBodyBytes(app.getHttpAdapter().getInstance());
    app.get(RequestBodies).accept(app.getHttpAdapter().getInstance());
    await app.listen(0, '127.0.0.1');
    url = await app.getUrl();
    Object.assign(seen, { started: 0, bytes: 0, errors: [] });
  });

  afterEach(async () => {
    for (const socket of opened.splice(0)) socket.destroy();
    await app.close();
  });

  const head = (path: string, ...headers: string[]) =>
    [`POST ${path} HTTP/1.1`, 'host: x', `content-type: ${MULTIPART}`, ...headers, '', ''].join('\r\n');

  /** Sends the beginning of a form, until the handler has it. */
  async function begin(path: string): Promise<Socket> {
    const { started } = seen;
    const socket = await open(url);
    opened.push(socket);
    socket.write(head(path, `content-length: ${WHOLE.length}`));
    socket.write(PART);
    await eventually(async () => expect(seen.started).toBe(started + 1));
    return socket;
  }

  const answerTo = async (socket: Socket) => String(((await once(socket, 'data')) as [Buffer])[0]);

  it.each(['destroy', 'resetAndDestroy', 'end'] as const)(
    'that the client ends (%s) ends the reading of the handler',
    async (end) => {
      const warn = jest.spyOn(Logger.prototype, 'warn');
      const error = jest.spyOn(Logger.prototype, 'error');
      (await begin('/patient'))[end]();
      await eventually(async () => expect(seen.errors).toHaveLength(1));
      await app.close();
      expect([...warn.mock.calls, ...error.mock.calls]).toEqual([]);
      jest.restoreAllMocks();
    },
  );

  it('may last longer than any other request, as long as its route says', async () => {
    const socket = await begin('/patient');
    const answer = answerTo(socket);
    for (let at = 2_000; at < WHOLE.length; at += 200) {
      await sleep(2 * SHORT.check);
      socket.write(WHOLE.subarray(at, at + 200));
    }
    expect(await answer).toMatch(/^HTTP\/1\.1 200 [^]*\{"bytes":5000\}$/);
  });

  it('that lasts longer than its route says gets 408', async () => {
    expect(await answerTo(await begin('/brief'))).toMatch(/^HTTP\/1\.1 408 [^]*"code":"request-timeout"/);
    expect(seen.errors.map(({ message }) => message)).toEqual(['The request did not arrive in time.']);
  });

  it('is one of so many of a source, and no more', async () => {
    const sockets = await inParallel(16, async () => open(url));
    opened.push(...sockets);
    for (const socket of sockets) socket.write(head('/patient', 'transfer-encoding: chunked') + CHUNK);
    await eventually(async () => expect(seen.started).toBe(16));
    const { answers } = await exchange(url, head('/patient', 'transfer-encoding: chunked') + CHUNK);
    expect(answers.map(({ status }) => status)).toEqual([429]);
    sockets[0]?.destroy();
    await eventually(async () => expect(seen.errors).toHaveLength(1));
    await begin('/patient');
  });

  it('has its response at a shutdown where the form ends in time', async () => {
    const socket = await begin('/patient');
    const answer = answerTo(socket);
    const closed = app.close();
    socket.write(WHOLE.subarray(2_000));
    expect(await answer).toMatch(/^HTTP\/1\.1 200 [^]*connection: close/i);
    await closed;
  });

  it('ends at a shutdown where the form does not', async () => {
    const socket = await begin('/patient');
    const ended = once(socket, 'close');
    const started = performance.now();
    await app.close();
    await ended;
    expect(performance.now() - started).toBeLessThan(SHORT.lastAnswers + 1_000);
    await eventually(async () => expect(seen.errors).toHaveLength(1));
  });
});
