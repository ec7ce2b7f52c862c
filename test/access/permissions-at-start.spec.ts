import { Controller, Get, Module, type Type } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import {
  type Permission,
  PermissionsModule,
  Public,
  RequirePermissions,
  RequireRecentSignIn,
} from '../../src/access';
import { RoutePolicyValidator } from '../../src/access/route-policy-validator';
import { PassportStrategies } from '../../src/access/passport-strategies';
import { withApp } from '../support/app';
import { startContext } from '../support/context';

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

@Controller('lobby')
class LobbyController {
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

/** What checks the handlers of an application, without the rest of it. */
@Module({
  imports: [DiscoveryModule, PermissionsModule],
  providers: [RoutePolicyValidator, PassportStrategies],
})
class ChecksModule {}

/** The error of a start, or that there was none. */
async function outcomeOf(start: () => Promise<unknown>): Promise<string> {
  try {
    await start();
  } catch (error) {
    return (error as Error).message;
  }
  return 'it started';
}

const startWith = async (...modules: Type[]) =>
  outcomeOf(async () => (await startContext({ imports: [ChecksModule, ...modules] })).close());

describe('the application', () => {
  it.each([
    [
      'requires an undeclared one',
      moduleOf([ShelfController], 'books:read'),
      '"books:lend", which no module declares',
    ],
    ['declares one of the core', moduleOf([], 'users:write'), '"users:write" is declared twice'],
  ])('does not start with a module that %s', async (_, module, error) => {
    const outcome = await outcomeOf(async () => withApp({ modules: [module] }, async () => undefined));
    expect(outcome).toContain(`the permission ${error}`);
  });
});

describe('the check of all handlers at start', () => {
  it('accepts permissions that are declared', async () => {
    expect(await startWith(moduleOf([ShelfController], 'books:read', 'books:lend'))).toBe('it started');
  });

  it('refuses one that is not: the error names it and its handlers, and how to declare it', async () => {
    const error = await startWith(moduleOf([ShelfController, AtticController], 'books:read'));
    for (const place of ['ShelfController.list', 'AtticController.list'])
      expect(error).toContain(`${place} requires the permission "books:lend", which no module declares.`);
    expect(error).toContain(`imports: [PermissionsModule.of({ 'books:lend': 'its description' })]`);
    expect(error).not.toContain('"books:read"');
  });

  it.each([
    ['handler', WindowController, 'WindowController.look'],
    ['class', StreetController, 'StreetController.look'],
  ])('refuses a public %s that requires one', async (_, controller, place) => {
    const error = await startWith(moduleOf([controller], 'books:read'));
    expect(error).toContain(`${place} requires a permission and is @Public()`);
  });

  it('refuses a public handler that requires a recent sign-in', async () => {
    expect(await startWith(moduleOf([LobbyController]))).toContain(
      'LobbyController.look requires a recent sign-in and is @Public()',
    );
  });

  it('refuses a method that was replaced in the constructor, and with it what it requires', async () => {
    expect(await startWith(moduleOf([CellarController]))).toContain(
      'CellarController.look is replaced in the constructor',
    );
  });

  it('refuses one permission declared by two modules', async () => {
    expect(await startWith(moduleOf([], 'books:read'), moduleOf([], 'books:read'))).toContain(
      'the permission "books:read" is declared twice',
    );
  });

  it('refuses what is no permission', async () => {
    expect(await startWith(moduleOf([], 'books:*'))).toContain(
      '"books:*" is no permission: write it as resource:action',
    );
  });
});
