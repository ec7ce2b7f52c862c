import { Body, Controller, Module, Post, RawBody, UploadedFiles } from '@nestjs/common';
import { Public } from '../../src/access';
import { describeAccess, describeApi } from '../../src/api-contract';
import { CoreModule } from '../../src/core.module';
import { BodyLimit, Consumes, type FileUpload, Multipart, PlainText } from '../../src/platform/http';
import { preview } from '../support/preview';

const FORM = 'application/x-www-form-urlencoded';

class LetterRequest {
  @PlainText({ maxLength: 100 })
  readonly text: string;
}

@Public()
@Controller('letters')
class LettersController {
  @Post('usual')
  usual(@Body() _body: LetterRequest): void {}

  @Post('large')
  @BodyLimit({ bytes: 1024 * 1024, values: 5 })
  large(@Body() _body: LetterRequest): void {}

  @Post('signed')
  signed(@RawBody() _bytes: Buffer): void {}

  @Post('either')
  @Consumes('application/json', FORM, 'application/xml')
  either(@RawBody() _bytes: Buffer, @Body() _body: LetterRequest): void {}

  @Post('upload')
  @Multipart({ files: { cover: { required: true }, page: { max: 3 } }, fileBytes: 1536 * 1024 })
  upload(@Body() _body: LetterRequest, @UploadedFiles() _files: AsyncIterable<FileUpload>): void {}

  @Post('files')
  @Multipart({ files: { page: {} }, fileBytes: 100, fields: 1, fieldBytes: 100, seconds: 9 })
  files(@UploadedFiles() _files: AsyncIterable<FileUpload>): void {}
}

@Module({ controllers: [LettersController] })
class LettersModule {}

const LETTER = { schema: { $ref: '#/components/schemas/LetterRequest' } };

const LARGE = 'application/json, at most 1 MiB and 5 values';
const SIGNED = 'application/json, at most 64 KiB and 1000 values, with its exact bytes';
const EITHER = `application/json or ${FORM} or application/xml, at most 64 KiB and 1000 values, with its exact bytes`;
const UPLOAD =
  'multipart/form-data, at most 4 files of 1.5 MiB and 20 text fields of 64 KiB together, in 60 s';
const FILES =
  'multipart/form-data, at most 1 file of 100 bytes and 1 text field of 100 bytes together, in 9 s';

describe('a body that is not the default one', () => {
  it('is in the manifest with its limits', async () => {
    const access = describeAccess(await preview(CoreModule, LettersModule));
    const bodies = Object.entries(access).flatMap(([route, { body }]) => (body ? [[route, body]] : []));
    expect(Object.fromEntries(bodies)).toEqual({
      'POST /letters/either': EITHER,
      'POST /letters/files': FILES,
      'POST /letters/large': LARGE,
      'POST /letters/signed': SIGNED,
      'POST /letters/upload': UPLOAD,
    });
  });

  it('is in the document with its media types, its limits and its refusals', async () => {
    const { paths, components } = describeApi(await preview(CoreModule, LettersModule));
    const bodyOf = (path: string) => paths[`/letters/${path}`]?.post?.requestBody;
    expect(bodyOf('usual')).toEqual({ required: true, content: { 'application/json': LETTER } });
    expect(bodyOf('large')).toEqual({
      description: `${LARGE}.`,
      required: true,
      content: { 'application/json': LETTER },
    });
    expect(bodyOf('signed')).toEqual({ description: `${SIGNED}.`, content: { 'application/json': {} } });
    expect(bodyOf('either')).toMatchObject({
      content: { 'application/json': LETTER, [FORM]: LETTER, 'application/xml': {} },
    });
    const file = (most: string) => ({ type: 'string', format: 'binary', description: `At most ${most}` });
    const form = (name: string) => ({ schema: { $ref: `#/components/schemas/${name}` } });
    expect(bodyOf('upload')).toEqual({
      description: `${UPLOAD}.`,
      required: true,
      content: { 'multipart/form-data': form('LettersControllerUploadForm') },
    });
    expect(components?.schemas).toMatchObject({
      LettersControllerUploadForm: {
        properties: {
          text: { type: 'string' },
          cover: file('1.5 MiB'),
          page: { type: 'array', items: file('1.5 MiB'), maxItems: 3 },
        },
        required: ['text', 'cover'],
        additionalProperties: false,
      },
      LettersControllerFilesForm: { properties: { page: file('100 bytes') }, required: [] },
    });
    const statusesOf = (path: string) => Object.keys(paths[`/letters/${path}`]?.post?.responses ?? {});
    for (const path of ['large', 'either', 'upload', 'files'])
      expect(statusesOf(path)).toEqual(expect.arrayContaining(['400', '413', '415', '422', '429']));
    expect(statusesOf('signed')).not.toContain('422');
  });
});
