import { Controller, Delete, Get, Module, Patch, Post } from '@nestjs/common';
import { PermissionsModule, RequirePermissions } from '../src/access';
import { changeUser, expectLacking, permissionsOf, saveRole } from './support/administration';
import { startApp, type TestApp } from './support/app';
import { aMember, aMemberWho, aRole, type Member } from './support/staff';

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
    return ['said nothing of itself'];
  }
}

/** A stranger to this application's words, whose controller asks for nothing. */
@Controller('board')
class BoardController {
  @Get()
  read(): string {
    return 'for everybody who is signed in';
  }
}

@Module({
  imports: [PERMISSIONS],
  controllers: [NotesController, DraftsController, QuietController, BoardController],
})
class NotesModule {}

let app: TestApp;

beforeAll(async () => {
  app = await startApp({ modules: [NotesModule] });
});

afterAll(async () => app.close());

const call = async ({ token }: Member, route: string) => {
  const [method = '', path = ''] = route.split(' ');
  return app.api.send(method, path, { token });
};

describe('a handler asks', () => {
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
    'by %s for all of %j: its own, its class’s, and those of the classes that extends',
    async (route, all) => {
      expect((await call(await aMemberWho(app, ...all), route)).status).toBeLessThan(300);
      for (const missing of all) {
        const rest = all.filter((permission) => permission !== missing);
        expectLacking(await call(await aMemberWho(app, ...rest), route), missing);
      }
    },
  );

  it('for what is missing in one answer', async () => {
    const answer = await call(await aMember(app), 'DELETE /drafts');
    expect(answer.headers.get('www-authenticate')).toMatch(/scope="[^"]*"$/);
    const scope = /scope="([^"]*)"/.exec(answer.headers.get('www-authenticate') ?? '')?.[1] ?? '';
    expect(scope.split(' ').toSorted()).toEqual(['drafts:read', 'notes:purge', 'notes:read', 'notes:write']);
  });

  it('for nothing where neither it nor its class says a word: a sign-in is enough', async () => {
    expect((await call(await aMember(app), 'GET /board')).status).toBe(200);
    expect((await app.api.get('/board')).status).toBe(401);
  });

  it('what a module of the team declares, and admin has it at once', async () => {
    const admin = await aMember(app, 'admin');
    expect((await call(admin, 'DELETE /drafts')).status).toBe(200);
    const { body } = await app.api.get<{ items: object[] }>('/v1/permissions', { token: admin.token });
    expect(body.items).toContainEqual({ name: 'notes:purge', description: 'Delete notes for good' });
  });
});

describe('a word in a stored role that the code does not know', () => {
  const words = ['notes:shred', 'notes:*', '*', '*:*', 'NOTES:READ', 'notes:read ', 'notes', ''];

  it('gives nothing and does no harm to the words beside it', async () => {
    const member = await aMemberWho(app, ...words, 'notes:read');
    expect(await permissionsOf(app, member)).toEqual(['notes:read']);
    expect((await call(member, 'GET /notes')).status).toBe(200);
    expectLacking(await call(member, 'POST /notes'), 'notes:write');
  });

  it('leaves the role to be given, changed and freed of it by an administrator', async () => {
    const [admin, name] = [await aMember(app, 'admin'), await aRole(app, 'notes:shred', 'notes:read')];
    const member = await aMember(app);
    expect((await changeUser(app, admin, member.id, { roles: [name] })).status).toBe(200);
    expect((await saveRole(app, admin, name, 'notes:read')).body).toMatchObject({
      permissions: ['notes:read'],
    });
  });

  it('is taken into no role: 422, and nothing of the rest is stored', async () => {
    const [admin, name] = [await aMember(app, 'admin'), await aRole(app, 'notes:read')];
    const answer = await saveRole(app, admin, name, 'notes:write', 'notes:shred');
    expect(answer.status).toBe(422);
    expect(answer.body.errors).toEqual([
      { pointer: '/permissions/1', code: 'unknown-permission', detail: expect.stringMatching(/permissions/) },
    ]);
    expect(await permissionsOf(app, await aMember(app, name))).toEqual(['notes:read']);
  });
});

describe('what a role lets its holders do', () => {
  it('changes with their very next request, with the token they have', async () => {
    const [admin, name] = [await aMember(app, 'admin'), await aRole(app)];
    const [member, other] = [await aMember(app, name), await aMember(app)];
    for (let round = 0; round < 10; round++) {
      await saveRole(app, admin, name, 'notes:read');
      expect((await call(member, 'GET /notes')).status).toBe(200);
      expectLacking(await call(other, 'GET /notes'), 'notes:read');
      await saveRole(app, admin, name);
      expectLacking(await call(member, 'GET /notes'), 'notes:read');
    }
  });

  it('adds up over the roles they have, in whatever order', async () => {
    const [one, other] = [await aRole(app, 'notes:read'), await aRole(app, 'notes:write', 'notes:read')];
    for (const roles of [
      [one, other],
      [other, one],
    ])
      expect(await permissionsOf(app, await aMember(app, ...roles))).toEqual(['notes:read', 'notes:write']);
  });
});
