import { Controller, Get, Module } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { describeAccess } from '../src/access-manifest';
import { describeApi } from '../src/openapi';
import { expectProblem, withApp } from './kit';

@Controller('odd')
class OddController {
  @Get('files/*')
  @ApiOperation({ operationId: 'readFile' })
  @ApiOkResponse({ type: String })
  file(): string {
    return 'file';
  }
}

@Module({ controllers: [OddController] })
class OddModule {}

describe('a route with a wildcard', () => {
  it('is served, closed, described and in the manifest as any other', async () => {
    await withApp({ modules: [OddModule] }, async (app) => {
      expect(describeApi(app.nest).paths).toHaveProperty(['/odd/files/{path}']);
      expect(describeAccess(app.nest)['GET /odd/files/{path}']).toMatchObject({
        caller: 'signed in',
        strategies: ['jwt'],
      });
      for (const path of ['/odd/files/a', '/odd/files/a/b'])
        expectProblem(await app.api.get(path), 401, 'authentication-required');
      const ada = await app.as('ada');
      expect((await ada.get('/odd/files/a/b')).text).toBe('file');
    });
  });
});
