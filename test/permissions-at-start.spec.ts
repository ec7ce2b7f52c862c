import { Controller, Get, Module, type Type } from '@nestjs/common';
import {
  type Permission,
  PermissionsModule,
  Public,
  RequirePermissions,
  RequireRecentSignIn,
} from '../src/access';
import { withApp } from './support/app';

@Controller('shelf')
class ShelfController {
  @RequirePermissions('books:read', 'books:lend')
  @Get()
  list(): string[] {
    return [];
  }
}

@Controller('attic')
class AtticController extends ShelfController {}

@Controller('window')
class WindowController {
  @Public()
  @RequirePermissions('books:read')
  @Get()
  look(): string {
    return 'books';
  }
}

@Public()
@RequirePermissions('books:read')
@Controller('street')
class StreetController {
  @Get()
  look(): string {
    return 'books';
  }
}

@Controller('door')
class DoorController {
  @Public()
  @RequireRecentSignIn()
  @Get()
  look(): string {
    return 'books';
  }
}

@Controller('cellar')
class CellarController {
  constructor() {
    this.look = this.look.bind(this);
  }

  @RequireRecentSignIn()
  @Get()
  look(): string {
    return 'wine';
  }
}

function moduleOf(controllers: Type[], ...words: Permission[]): Type {
  @Module({
    controllers,
    imports: words.map((word) => PermissionsModule.of({ [word]: 'It is described' })),
  })
  class LibraryModule {}
  return LibraryModule;
}

/** What the start says. */
async function startWith(...modules: Type[]): Promise<string> {
  try {
    await withApp({ modules }, async () => undefined);
  } catch (error) {
    return (error as Error).message;
  }
  return 'it started';
}

describe('the application', () => {
  it('starts where each permission that is asked for is declared', async () => {
    expect(await startWith(moduleOf([ShelfController], 'books:read', 'books:lend'))).toBe('it started');
  });

  it('does not start where one is not: it says which, where, and how to mend it', async () => {
    const said = await startWith(moduleOf([ShelfController, AtticController], 'books:read'));
    for (const place of ['ShelfController.list', 'AtticController.list'])
      expect(said).toContain(`${place} requires the permission "books:lend", which no module declares.`);
    expect(said).toContain(`imports: [PermissionsModule.of({ 'books:lend': 'what it lets people do' })]`);
    expect(said).not.toContain('"books:read"');
  });

  it.each([
    ['handler', WindowController, 'WindowController.look'],
    ['class', StreetController, 'StreetController.look'],
  ])('does not start where a %s that is public asks for one', async (_, controller, place) => {
    const said = await startWith(moduleOf([controller], 'books:read'));
    expect(said).toContain(`${place} requires a permission and is @Public()`);
  });

  it('does not start where a handler that is public asks for a recent sign-in', async () => {
    expect(await startWith(moduleOf([DoorController]))).toContain(
      'DoorController.look requires a recent sign-in and is @Public()',
    );
  });

  it('does not start where a method with all that is asked for was replaced by another', async () => {
    expect(await startWith(moduleOf([CellarController]))).toContain(
      'CellarController.look is replaced in the constructor',
    );
  });

  it('does not start where two modules mean something by one word, be it one of the application’s own', async () => {
    expect(await startWith(moduleOf([], 'books:read'), moduleOf([], 'books:read'))).toContain(
      'the permission "books:read" is declared twice',
    );
    expect(await startWith(moduleOf([], 'users:write'))).toContain(
      'the permission "users:write" is declared twice',
    );
  });

  it('does not start where what is declared is no such word', async () => {
    expect(await startWith(moduleOf([], 'books:*'))).toContain(
      '"books:*" is no permission: write it as resource:action',
    );
  });
});
