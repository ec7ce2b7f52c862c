import { Controller, Delete, Get, Module, Patch, Post } from '@nestjs/common';
import { PermissionsModule, RequirePermissions } from '../../src/access';
import { RolesService } from '../../src/roles';
import { changeUser, expectLacking, permissionsOf, saveRole } from '../support/administration';
import { startApp, type TestApp } from '../support/app';
import { aMember, anAccount, aRole, type Member } from '../support/staff';

const PERMISSIONS = PermissionsModule.of({
  'notes:read': 'Read notes',
  'notes:write': 'Write notes',
  'notes:purge': 'Delete notes for good',
  'drafts:read': 'Read drafts',
});

@RequirePermissions('notes:read')
@Controller('notes')
class NotesController {
  @Get()
  list(): string[] {
    return ['a note'];
  }

  @RequirePermissions('notes:write')
  @Post()
  add(): string {
    return 'added';
  }

  @RequirePermissions('notes:write')
  @RequirePermissions('notes:purge')
  @Delete()
  purge(): string {
    return 'purged';
  }

  @RequirePermissions('notes:write', 'notes:purge')
  @Patch()
  change(): string {
    return 'changed';
  }
}

@RequirePermissions('drafts:read')
@Controller('drafts')
class DraftsController extends NotesController {
  @Get('own')
  own(): string[] {
    return ['a draft'];
  }
}

@Controller('open-notes')
class QuietController extends NotesController {
  override list(): string[] {
    return ['no decorator of its own'];
  }
}

/** Requires no permission. */
@Controller('board')
class BoardController {
  @Get()
  read(): string {
    return 'for every user who is signed in';
  }
}

@Module({
  imports: [PERMISSIONS],
  controllers: [NotesController, DraftsController, QuietController, BoardController],
})
class NotesModule {}

let app: TestApp;
let admin: Member;
/** Who has the role, and no other. */
let member: Member;
let role: string;

beforeAll(async () => {
  app = await startApp({ modules: [NotesModule] });
  [admin, role] = [await aMember(app, 'admin'), await aRole(app)];
  member = await aMember(app, role);
});

afterAll(async () => app.close());

const setPermissions = async (permissions: readonly string[]) =>
  app.nest.get(RolesService).save({ name: role, description: null, permissions });
const call = async ({ token }: Member, route: string) => {
  const [method = '', path = ''] = route.split(' ');
  return app.api.send(method, path, { token });
};

describe('a handler', () => {
  it.each([
    ['GET /notes', ['notes:read']],
    ['POST /notes', ['notes:read', 'notes:write']],
    ['DELETE /notes', ['notes:read', 'notes:purge', 'notes:write']],
    ['PATCH /notes', ['notes:read', 'notes:write', 'notes:purge']],
    ['GET /drafts', ['drafts:read', 'notes:read']],
    ['GET /drafts/own', ['drafts:read', 'notes:read']],
    ['POST /drafts', ['drafts:read', 'notes:read', 'notes:write']],
    ['DELETE /drafts', ['drafts:read', 'notes:read', 'notes:purge', 'notes:write']],
    ['POST /open-notes', ['notes:read', 'notes:write']],
  ])(
    '%s requires all of %j: its own, those of its class and of the classes it extends',
    async (route, all) => {
      await setPermissions(all);
      expect((await call(member, route)).status).toBeLessThan(300);
      for (const missing of all) {
        await setPermissions(all.filter((permission) => permission !== missing));
        expectLacking(await call(member, route), missing);
      }
    },
  );

  it('names all missing permissions in one response', async () => {
    await setPermissions([]);
    const answer = await call(member, 'DELETE /drafts');
    expect(answer.headers.get('www-authenticate')).toMatch(/scope="[^"]*"$/);
    const scope = /scope="([^"]*)"/.exec(answer.headers.get('www-authenticate') ?? '')?.[1] ?? '';
    expect(scope.split(' ').toSorted()).toEqual(['drafts:read', 'notes:purge', 'notes:read', 'notes:write']);
  });

  it('without a permission of its own or its class requires a sign-in only', async () => {
    expect((await call(member, 'GET /board')).status).toBe(200);
    expect((await app.api.get('/board')).status).toBe(401);
  });

  it('of a team’s module is open to an administrator at once', async () => {
    expect((await call(admin, 'DELETE /drafts')).status).toBe(200);
    const { body } = await app.api.get<{ items: object[] }>('/v1/permissions', { token: admin.token });
    expect(body.items).toContainEqual({ name: 'notes:purge', description: 'Delete notes for good' });
  });
});

describe('an unknown permission in a stored role', () => {
  const words = ['notes:shred', 'notes:*', '*', '*:*', 'NOTES:READ', 'notes:read ', 'notes', ''];

  it('has no effect, and does not affect the permissions beside it', async () => {
    await setPermissions([...words, 'notes:read']);
    expect(await permissionsOf(app, member)).toEqual(['notes:read']);
    expect((await call(member, 'GET /notes')).status).toBe(200);
    expectLacking(await call(member, 'POST /notes'), 'notes:write');
  });

  it('keeps an administrator neither from giving the role nor from removing the permission', async () => {
    const [name, { id }] = [await aRole(app, 'notes:shred', 'notes:read'), await anAccount(app)];
    expect((await changeUser(app, admin, id, { roles: [name] })).status).toBe(200);
    expect((await saveRole(app, admin, name, 'notes:read')).body).toMatchObject({
      permissions: ['notes:read'],
    });
  });

  it('cannot be saved: 422, and the role stays as it was', async () => {
    await setPermissions(['notes:read']);
    const answer = await saveRole(app, admin, role, 'notes:write', 'notes:shred');
    expect(answer.status).toBe(422);
    expect(answer.body.errors).toEqual([
      { pointer: '/permissions/1', code: 'unknown-permission', detail: expect.stringMatching(/permissions/) },
    ]);
    expect(await permissionsOf(app, member)).toEqual(['notes:read']);
  });
});

describe('what a role permits', () => {
  it('changes with the very next request of its holders, with the token they have', async () => {
    const other = await aMember(app);
    for (let round = 0; round < 2; round++) {
      await saveRole(app, admin, role, 'notes:read');
      expect((await call(member, 'GET /notes')).status).toBe(200);
      expectLacking(await call(other, 'GET /notes'), 'notes:read');
      await saveRole(app, admin, role);
      expectLacking(await call(member, 'GET /notes'), 'notes:read');
    }
  });

  it('adds up over the roles of a user, in any order', async () => {
    const [one, other] = [await aRole(app, 'notes:read'), await aRole(app, 'notes:write', 'notes:read')];
    for (const roles of [
      [one, other],
      [other, one],
    ])
      expect(await permissionsOf(app, await aMember(app, ...roles))).toEqual(['notes:read', 'notes:write']);
  });
});
