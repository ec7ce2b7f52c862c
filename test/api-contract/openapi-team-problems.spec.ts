import { Controller, Get, Module, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { Public } from '../../src/access';
import { CoreModule } from '../../src/core.module';
import { describeApi } from '../../src/api-contract';
import { DomainError } from '../../src/platform/errors';
import { ApiProblems } from '../../src/platform/http';
import { withApp } from '../support/app';
import type { Contract } from '../support/contract';
import { preview } from '../support/preview';

class NoteClosed extends DomainError {
  static override readonly kind = 'conflict';
  static override readonly code = 'note-closed';
  override readonly members = { closedBy: ['ada'], note: { number: 7 } };

  constructor() {
    super('This note is closed.');
  }
}

class NotePinned extends DomainError {
  static override readonly kind = 'conflict';
  static override readonly code = 'note-pinned';
  static readonly example = () => new NotePinned('top');

  constructor(place: string) {
    super(`This note is pinned to the ${place}.`);
  }
}

class NoteClosedOtherwise extends DomainError {
  static override readonly kind = 'invalid';
  static override readonly code = 'note-closed';
}

@Public()
@ApiProblems(NotePinned)
@Controller('problem-notes')
class NotesController {
  @Get()
  @ApiOperation({ operationId: 'readNotes' })
  @ApiOkResponse({ type: String })
  read(): string {
    return 'a note';
  }

  @Post()
  @ApiProblems(NoteClosed)
  @ApiProblems(NotePinned)
  write(): void {
    throw new NoteClosed();
  }
}

@Module({ controllers: [NotesController] })
class NotesModule {}

@Public()
@Controller('other-notes')
class OtherController {
  @Get()
  @ApiProblems(NoteClosedOtherwise)
  read(): void {}
}

@Module({ controllers: [OtherController] })
class OtherModule {}

describe('a problem that a team adds', () => {
  it('is in the document by its class alone, with its members and with those of the class of its route', async () => {
    await withApp({ modules: [NotesModule] }, async ({ nest, api }) => {
      const document = JSON.parse(JSON.stringify(describeApi(nest))) as Contract;
      const { schemas, examples } = document.components;
      expect(schemas.NoteClosedProblem?.properties).toMatchObject({
        code: { const: 'note-closed' },
        closedBy: { type: 'array', items: { type: 'string' } },
        note: { type: 'object', properties: { number: { type: 'number' } }, required: ['number'] },
      });
      expect(examples.NotePinnedProblem?.value).toMatchObject({ detail: 'This note is pinned to the top.' });
      expect(schemas.NotesControllerWrite409Problem?.discriminator?.mapping).toEqual({
        'note-pinned': '#/components/schemas/NotePinnedProblem',
        'note-closed': '#/components/schemas/NoteClosedProblem',
      });
      const { get } = document.paths['/problem-notes'] ?? {};
      expect(get?.responses).toMatchObject({
        200: { content: { 'text/plain': { schema: { type: 'string' } } } },
        409: { $ref: '#/components/responses/NotePinned' },
      });
      const { status, body } = await api.post('/problem-notes');
      expect({ status, code: body.code, closedBy: body.closedBy }).toEqual({
        status: 409,
        code: 'note-closed',
        closedBy: ['ada'],
      });
    });
  });

  it('stops the document where its code means something else elsewhere', async () => {
    const app = await preview(CoreModule, NotesModule, OtherModule);
    expect(() => describeApi(app)).toThrow(/NoteClosedProblem/);
  });
});
