import {
  All,
  type CanActivate,
  Controller,
  Get,
  Header,
  Injectable,
  Module,
  Post,
  UseGuards,
  Version,
} from '@nestjs/common';
import { RouterModule } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { PermissionsModule, Public, RequirePermissions, RequireRecentSignIn } from '../../src/access';
import { describeAccess, describeApi } from '../../src/api-contract';
import type { ProblemBody } from '../support/api';
import { startApp, type TestApp } from '../support/app';
import { expectProblem } from '../support/problem';
import { aMember } from '../support/staff';

@Injectable()
class OpenHours implements CanActivate {
  canActivate(): boolean {
    return true;
  }
}

@RequirePermissions('shelf:read')
class Shelf {
  @Get(':id/books')
  list(): string[] {
    return [];
  }

  @Post()
  @RequirePermissions('shelf:write')
  @RequireRecentSignIn()
  @UseGuards(OpenHours)
  add(): string {
    return 'added';
  }
}

@Controller({ path: ['shelves', 'racks'], version: ['1', '2'] })
class ShelvesController extends Shelf {}

/** What a decorator of a team's own may do to the method under it. */
function Logged(): MethodDecorator {
  return (_target, _name, descriptor) => {
    const original = descriptor.value as unknown as () => unknown;
    function wrapped(this: unknown): unknown {
      return original.call(this);
    }
    descriptor.value = Object.setPrototypeOf(wrapped, original) as never;
  };
}

@RequireRecentSignIn()
class Vault {
  @Get()
  open(): string {
    return 'gold';
  }
}

@UseGuards(new OpenHours(), AuthGuard('jwt'))
@Controller({ path: 'vault', version: '1' })
class VaultController extends Vault {
  @Logged()
  @RequirePermissions('shelf:write')
  @RequireRecentSignIn()
  @Get('logged')
  logged(): string {
    return 'gold';
  }

  @Version('3')
  @All('anyhow/:id(^\\d+)')
  anyhow(): string {
    return 'gold';
  }
}

@Controller({ path: 'hours', version: '1' })
class HoursController {
  @Public()
  @Get()
  @Header('cache-control', 'public, max-age=60')
  hours(): string {
    return 'nine to five';
  }
}

@Module({
  imports: [PermissionsModule.of({ 'shelf:read': 'See the books', 'shelf:write': 'Add books' })],
  controllers: [ShelvesController, HoursController, VaultController],
})
class LibraryModule {}

@Controller('odd')
class OddController {
  @Get('files/*')
  @ApiOperation({ operationId: 'readFile' })
  @ApiOkResponse({ type: String })
  file(): string {
    return 'file';
  }
}

@Module({
  imports: [LibraryModule, RouterModule.register([{ path: 'library', module: LibraryModule }])],
  controllers: [OddController],
})
class TeamModule {}

describe('an application with a module of a team', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startApp({ modules: [TeamModule], env: { ACCESS_TOKEN_MINUTES: '60' } });
  });

  afterAll(async () => app.close());

  it('has its routes in the manifest wherever they are, with what their classes ask for', async () => {
    const { nest, api } = app;
    const ours = describeAccess(nest);
    const added = Object.keys(ours).filter((route) => route.includes('/library/'));
    const places = ['/v1/library/racks', '/v1/library/shelves', '/v2/library/racks', '/v2/library/shelves'];
    const ways = (place: string) => [`GET ${place}/{id}/books`, `POST ${place}`];
    const others = [
      'ALL /v3/library/vault/anyhow/{id}',
      'GET /v1/library/hours',
      'GET /v1/library/vault',
      'GET /v1/library/vault/logged',
    ];
    expect(added).toEqual([...places.flatMap(ways), ...others].toSorted());
    expect(ours['GET /v2/library/racks/{id}/books']).toMatchObject({
      caller: 'signed in',
      permissions: ['shelf:read'],
    });
    expect(ours['POST /v1/library/shelves']).toEqual({
      handler: 'ShelvesController.add',
      caller: 'signed in',
      strategies: ['jwt'],
      permissions: ['shelf:read', 'shelf:write'],
      recentSignIn: true,
      guards: ['OpenHours'],
      limits: [],
      crossSite: 'refused',
      cache: 'no-store',
    });
    expect(ours['GET /v1/library/hours']).toMatchObject({
      caller: 'anybody',
      cache: 'public, max-age=60',
    });
    for (const route of ['GET /v1/library/vault', 'GET /v1/library/vault/logged'])
      expect(ours[route]).toMatchObject({
        recentSignIn: true,
        guards: ['OpenHours', 'a guard without a name'],
      });
    expect(ours['GET /v1/library/vault/logged']).toMatchObject({ permissions: ['shelf:write'] });
    expect((await api.get('/v1/library/hours')).text).toBe('nine to five');
    expect((await api.get('/v2/library/racks/1/books')).status).toBe(401);
    expect(Object.keys(describeApi(nest).paths)).toContain('/v3/library/vault/anyhow/{id}');
  });

  it('is guarded as a class that is extended asks for, and a method under another', async () => {
    const { token } = await aMember(app, 'admin');
    const statuses = async () =>
      Promise.all(
        ['vault', 'vault/logged'].map(async (path) => {
          const { status, body } = await app.api.get<ProblemBody>(`/v1/library/${path}`, { token });
          return status === 200 ? status : body.code;
        }),
      );
    expect(await statuses()).toEqual([200, 200]);
    app.clock.advance({ minutes: 16 });
    expect(await statuses()).toEqual(Array(2).fill('insufficient-user-authentication'));
  });

  it('serves, closes, describes and names a route with a wildcard as any other', async () => {
    expect(describeApi(app.nest).paths).toHaveProperty(['/odd/files/{path}']);
    expect(describeAccess(app.nest)['GET /odd/files/{path}']).toMatchObject({
      caller: 'signed in',
      strategies: ['jwt'],
    });
    for (const path of ['/odd/files/a', '/odd/files/a/b'])
      expectProblem(await app.api.get(path), 401, 'authentication-required');
    const { token } = await aMember(app);
    expect((await app.api.get('/odd/files/a/b', { token })).text).toBe('file');
  });
});
