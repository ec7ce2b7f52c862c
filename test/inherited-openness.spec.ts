import { Controller, Get, Module } from '@nestjs/common';
import { Public } from '../src/access';
import { withApp } from './support/app';

@Public()
@Controller('brochure')
class BrochureController {
  @Get()
  read(): string {
    return 'for everybody';
  }
}

@Controller('ledger')
class LedgerController extends BrochureController {
  @Get('secret')
  secret(): string {
    return 'for some';
  }
}

@Module({ controllers: [BrochureController, LedgerController] })
class TeamModule {}

describe('a controller that extends a public one', () => {
  it('is closed: it has not said of itself that it is public', async () => {
    await withApp({ modules: [TeamModule] }, async ({ api }) => {
      expect((await api.get('/brochure')).status).toBe(200);
      expect((await api.get('/ledger/secret')).status).toBe(401);
      expect((await api.get('/ledger')).status).toBe(401);
    });
  });
});
