import { Body, Controller, Delete, Get, HttpCode, HttpStatus, Param, Post, Query } from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { type Caller, CurrentUser, RequirePermissions } from '../../src/access';
import { ValidationFailed } from '../../src/platform/errors';
import { ApiProblems, NotFound, toPage, PageQuery, UuidParam } from '../../src/platform/http';
import { AddNoteRequest, NoteListResponse, NoteResponse } from './notes.dto';
import { NotesService } from './notes.service';

@ApiTags('notes')
@RequirePermissions('notes:read')
@Controller({ path: 'notes', version: '1' })
export class NotesController {
  constructor(private readonly notes: NotesService) {}

  @Get()
  @ApiOperation({
    operationId: 'listNotes',
    summary: 'List own notes',
    description: 'Returns the notes of the signed-in user, the newest first.',
  })
  @ApiOkResponse({ type: NoteListResponse })
  @ApiProblems(ValidationFailed)
  async list(@CurrentUser() { userId }: Caller, @Query() page: PageQuery): Promise<NoteListResponse> {
    return toPage(await this.notes.list(userId, page), page.limit, (note) => NoteResponse.of(note));
  }

  @Get(':id')
  @ApiOperation({
    operationId: 'getNote',
    summary: 'Get a note',
    description: 'Returns one note of the signed-in user.',
  })
  @ApiOkResponse({ type: NoteResponse })
  @ApiProblems(NotFound)
  async get(@CurrentUser() { userId }: Caller, @Param('id', UuidParam) id: string): Promise<NoteResponse> {
    return NoteResponse.of(await this.notes.get(userId, id));
  }

  @RequirePermissions('notes:write')
  @Post()
  @ApiOperation({
    operationId: 'addNote',
    summary: 'Add a note',
    description: 'Stores a note of the signed-in user and returns it.',
  })
  @ApiCreatedResponse({ type: NoteResponse })
  async add(@CurrentUser() { userId }: Caller, @Body() body: AddNoteRequest): Promise<NoteResponse> {
    return NoteResponse.of(await this.notes.add(userId, body));
  }

  @RequirePermissions('notes:write')
  @Delete(':id')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({
    operationId: 'deleteNote',
    summary: 'Delete a note',
    description: 'Deletes one note of the signed-in user. The deletion cannot be undone.',
  })
  @ApiNoContentResponse()
  @ApiProblems(NotFound)
  async delete(@CurrentUser() { userId }: Caller, @Param('id', UuidParam) id: string): Promise<void> {
    await this.notes.delete(userId, id);
  }
}
