import { buffer } from 'node:stream/consumers';
import {
  Body,
  Controller,
  Get,
  Injectable,
  Module,
  Param,
  Post,
  StreamableFile,
  UploadedFiles,
} from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { type Caller, CurrentUser } from '../../src/access';
import { Clock } from '../../src/platform/clock';
import { Database, DatabaseModule, SqlMigration } from '../../src/platform/database';
import {
  ApiProblems,
  type FileUpload,
  Multipart,
  NotFound,
  PlainText,
  UuidParam,
} from '../../src/platform/http';
import { PersonalData, type PersonalDataProvider } from '../../src/platform/personal-data';

@Entity('attachments')
class Attachment {
  @PrimaryColumn('uuid')
  id: string;

  @Column('uuid', { name: 'user_id' })
  userId: string;

  @Column('text')
  title: string;

  @Column('bytea', { select: false })
  content: Buffer;
}

class CreateAttachments1795500000005 extends SqlMigration {
  override readonly statements = [
    `CREATE TABLE attachments (id uuid PRIMARY KEY, user_id uuid NOT NULL REFERENCES users (id),
      title text NOT NULL, content bytea NOT NULL)`,
    'CREATE INDEX attachments_user_id ON attachments (user_id)',
  ];
}

class AddAttachmentsRequest {
  @PlainText({ maxLength: 200 })
  readonly title: string;
}

class AttachmentsResponse {
  @ApiProperty({ type: [String], format: 'uuid' })
  readonly ids: string[];
}

@Injectable()
@PersonalData({ section: 'attachments', tables: ['attachments'] })
class Attachments implements PersonalDataProvider {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** Stores all of the files or none: nothing is stored until the last one has arrived. */
  async add(userId: string, title: string, files: AsyncIterable<FileUpload>): Promise<string[]> {
    const contents: Buffer[] = [];
    for await (const { stream } of files) contents.push(await buffer(stream));
    const rows = contents.map((content) => ({ id: this.clock.newId(), userId, title, content }));
    await this.database.repository(Attachment).insert(rows);
    return rows.map(({ id }) => id);
  }

  async contentOf(userId: string, id: string): Promise<Buffer> {
    const where = { id, userId };
    const found = await this.database.repository(Attachment).findOne({ where, select: { content: true } });
    if (!found) throw new NotFound();
    return found.content;
  }

  /** Without the content, which its owner downloads by the id. */
  async export(userId: string): Promise<unknown> {
    return this.database.repository(Attachment).findBy({ userId });
  }

  async erase(userId: string): Promise<void> {
    await this.database.repository(Attachment).delete({ userId });
  }
}

@ApiTags('attachments')
@Controller({ path: 'attachments', version: '1' })
class AttachmentsController {
  constructor(private readonly attachments: Attachments) {}

  @Post()
  @Multipart({ files: { file: { max: 3, required: true } }, fileBytes: 1024 * 1024 })
  @ApiOperation({
    operationId: 'addAttachments',
    summary: 'Add attachments',
    description: 'Stores up to three files under one title and returns their ids.',
  })
  @ApiCreatedResponse({ type: AttachmentsResponse })
  async add(
    @CurrentUser() { userId }: Caller,
    @Body() { title }: AddAttachmentsRequest,
    @UploadedFiles() files: AsyncIterable<FileUpload>,
  ): Promise<AttachmentsResponse> {
    return { ids: await this.attachments.add(userId, title, files) };
  }

  @Get(':id')
  @ApiOperation({
    operationId: 'getAttachment',
    summary: 'Download an attachment',
    description: 'Returns the bytes of one attachment of the signed-in user.',
  })
  @ApiOkResponse({
    content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } },
  })
  @ApiProblems(NotFound)
  async get(@CurrentUser() { userId }: Caller, @Param('id', UuidParam) id: string): Promise<StreamableFile> {
    // Never the type that its sender stated: a browser would run a page or a script of theirs under this origin.
    return new StreamableFile(await this.attachments.contentOf(userId, id), {
      type: 'application/octet-stream',
      disposition: 'attachment',
    });
  }
}

@Module({
  imports: [DatabaseModule.forFeature([Attachment], [CreateAttachments1795500000005])],
  controllers: [AttachmentsController],
  providers: [Attachments],
})
export class AttachmentsModule {}
