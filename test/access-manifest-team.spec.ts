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
import { PermissionsModule, Public, RequirePermissions, RequireRecentSignIn } from '../src/access';
import { describeAccess } from '../src/access-manifest';
import { describeApi } from '../src/openapi';
import type { ProblemBody } from './support/api';
import { withApp } from './support/app';
import { aMember } from './support/staff';

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

@Module({ imports: [LibraryModule, RouterModule.register([{ path: 'library', module: LibraryModule }])] })
class TeamModule {}

describe('the manifest of an application with a module of a team', () => {
  it('has its routes wherever they are, with what their classes ask for', async () => {
    await withApp({ modules: [TeamModule] }, async ({ nest, api }) => {
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
  });

  it('holds at the door what a class that is extended asks for, and a method under another', async () => {
    await withApp({ modules: [TeamModule], env: { ACCESS_TOKEN_MINUTES: '60' } }, async (started) => {
      const { token } = await aMember(started, 'admin');
      const statuses = async () =>
        Promise.all(
          ['vault', 'vault/logged'].map(async (path) => {
            const { status, body } = await started.api.get<ProblemBody>(`/v1/library/${path}`, { token });
            return status === 200 ? status : body.code;
          }),
        );
      expect(await statuses()).toEqual([200, 200]);
      started.clock.advance({ minutes: 16 });
      expect(await statuses()).toEqual(Array(2).fill('insufficient-user-authentication'));
    });
  });
});
