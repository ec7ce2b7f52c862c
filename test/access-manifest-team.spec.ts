import {
  type CanActivate,
  Controller,
  Get,
  Header,
  Injectable,
  Module,
  Post,
  UseGuards,
} from '@nestjs/common';
import { RouterModule } from '@nestjs/core';
import { PermissionsModule, Public, RequirePermissions, RequireRecentSignIn } from '../src/access';
import { describeAccess } from '../src/access-manifest';
import { withApp } from './support/app';

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
  controllers: [ShelvesController, HoursController],
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
      expect(added).toEqual([...places.flatMap(ways), 'GET /v1/library/hours'].toSorted());
      expect(ours['GET /v2/library/racks/{id}/books']).toMatchObject({
        caller: 'signed in',
        permissions: ['shelf:read'],
      });
      expect(ours['POST /v1/library/shelves']).toEqual({
        handler: 'ShelvesController.add',
        caller: 'signed in',
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
      expect((await api.get('/v1/library/hours')).text).toBe('nine to five');
      expect((await api.get('/v2/library/racks/1/books')).status).toBe(401);
    });
  });
});
