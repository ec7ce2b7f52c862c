import {
  All,
  Body,
  Controller,
  Get,
  Module,
  Post,
  RawBody,
  Sse,
  type Type,
  UploadedFile,
  UploadedFiles,
} from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { EMPTY, type Observable } from 'rxjs';
import {
  BodyLimit,
  Consumes,
  type FileUpload,
  Multipart,
  PlainText,
  RequestBodies,
} from '../../../src/platform/http';
import { startContext } from '../../support/context';

type Files = AsyncIterable<FileUpload>;

const FORM = 'application/x-www-form-urlencoded';
const PHOTO = { files: { photo: {} }, fileBytes: 1_000 };

class NoteRequest {
  @PlainText({ maxLength: 10 })
  readonly note: string;
}

@Controller('wrong')
class Wrong {
  @Get('raw')
  rawOfGet(@RawBody() _bytes: Buffer): void {}

  @Sse('limit')
  @BodyLimit({ bytes: 10 })
  limitOfGet(): Observable<never> {
    return EMPTY;
  }

  @Get('form')
  @Consumes(FORM)
  formOfGet(): void {}

  @Get('multipart')
  @Multipart(PHOTO)
  multipartOfGet(): void {}

  @Post()
  @BodyLimit({ bytes: 0.5, values: -1 })
  wrongLimits(): void {}

  @Post()
  @Consumes()
  noType(): void {}

  @Post()
  @Consumes('json', '*/*', 'text/plain; charset=utf-8')
  noTypes(@RawBody() _bytes: Buffer): void {}

  @Post()
  @Consumes('multipart/form-data')
  otherMultipart(@Body() _body: NoteRequest): void {}

  @Post()
  @Consumes('application/json', 'application/xml')
  unread(@Body() _body: NoteRequest): void {}

  @Post()
  @Consumes('application/xml')
  unparsed(@Body() _body: NoteRequest, @RawBody() _bytes: Buffer): void {}

  @Post()
  @Multipart(PHOTO)
  @Consumes('application/json')
  @BodyLimit({ bytes: 10 })
  twice(@Body() _body: NoteRequest, @UploadedFiles() _files: Files, @RawBody() _bytes: Buffer): void {}

  @Post()
  @Multipart(PHOTO)
  oneFile(@UploadedFile() _file: FileUpload): void {}

  @Post()
  @Multipart(PHOTO)
  noFiles(@Body() _body: NoteRequest): void {}

  @Post()
  @Multipart({ files: {}, fileBytes: 10 })
  noField(@UploadedFiles() _files: Files): void {}

  @Post()
  @Multipart({ files: { photo: { max: 0 } }, fileBytes: Number.NaN, seconds: Infinity })
  wrongNumbers(@UploadedFiles() _files: Files): void {}

  @Post()
  notMultipart(@UploadedFiles() _files: Files): void {}
}

@Controller('right')
class Right {
  @All()
  @Consumes('Application/XML')
  raw(@RawBody() _bytes: Buffer): void {}

  @Post()
  @Consumes('application/json', FORM)
  @BodyLimit({ bytes: 10 })
  form(@Body() _body: NoteRequest): void {}

  @Post()
  @Multipart({ ...PHOTO, fields: 1, fieldBytes: 1, seconds: 1 })
  upload(@Body() _body: NoteRequest, @UploadedFiles() _files: Files): void {}
}

const started = async (controller: Type) => {
  @Module({ imports: [DiscoveryModule], controllers: [controller], providers: [RequestBodies] })
  class BodiesModule {}
  return startContext({ imports: [BodiesModule] });
};

describe('a declaration that no request could meet', () => {
  it('stops the start, with the handler and what to do', async () => {
    const faults = await started(Wrong).then(
      () => '',
      (error: unknown) => (error instanceof Error ? error.message : ''),
    );
    const lines = faults.split('\n').filter((line) => !line.startsWith('  → '));
    expect(lines).toEqual([
      'Wrong.rawOfGet has @RawBody(), and a GET request has no body.',
      'Wrong.limitOfGet has @BodyLimit(), and a GET request has no body.',
      'Wrong.formOfGet has @Consumes(), and a GET request has no body.',
      'Wrong.multipartOfGet has @Multipart(), and a GET request has no body.',
      'Wrong.wrongLimits has @BodyLimit() with bytes 0.5.',
      'Wrong.wrongLimits has @BodyLimit() with values -1.',
      'Wrong.noType has @Consumes() without a media type.',
      "Wrong.noTypes has @Consumes('json'), which is no media type.",
      "Wrong.noTypes has @Consumes('*/*'), which is no media type.",
      "Wrong.noTypes has @Consumes('text/plain; charset=utf-8'), which is no media type.",
      "Wrong.otherMultipart has @Consumes('multipart/form-data').",
      'Wrong.unread takes application/xml, which is not parsed, and has no @RawBody().',
      'Wrong.unparsed has @Body() and takes application/xml only, which is not parsed.',
      'Wrong.twice has @Multipart() and @BodyLimit(), which is for bodies that are read as a whole.',
      'Wrong.twice has @Multipart() and @Consumes(), which is for bodies that are read as a whole.',
      'Wrong.twice has @Multipart() and @RawBody(), which is for bodies that are read as a whole.',
      'Wrong.oneFile has @UploadedFile(), and files are read one after another.',
      'Wrong.noFiles has @Multipart() and reads no file.',
      'Wrong.noField has @Multipart() without a file.',
      'Wrong.wrongNumbers has @Multipart() with fileBytes NaN.',
      'Wrong.wrongNumbers has @Multipart() with seconds Infinity.',
      'Wrong.wrongNumbers has @Multipart() with max of photo 0.',
      'Wrong.notMultipart takes a file and has no @Multipart().',
    ]);
    expect(faults.match(/^ {2}→ /gm)).toHaveLength(lines.length);
  });

  it('is none of those that can be met', async () => {
    await expect(started(Right)).resolves.toBeDefined();
  });
});
