import { Controller, Get, Module } from '@nestjs/common';
import { Public } from '../src/access';
import { Database } from '../src/platform/database';
import { CurrentRequest } from '../src/platform/http';
import { startApp, type TestApp } from './support/app';
import { sharedApp } from './support/shared-app';

const causes: CurrentRequest[] = [];

@Controller('causes')
class CausesController {
  @Public()
  @Get()
  known(): boolean[] {
    return causes.map(({ cause }) => cause.requestId !== null);
  }
}

@Module({ controllers: [CausesController] })
class CausesModule {}

describe('two applications in one process', () => {
  let one: TestApp;
  let other: TestApp;

  beforeAll(async () => {
    one = await startApp({ modules: [CausesModule] });
    other = await sharedApp();
    causes.push(one.nest.get(CurrentRequest), other.nest.get(CurrentRequest));
  });

  afterAll(async () => one.close());

  const disable = async ({ nest }: TestApp, email: string) =>
    nest.get(Database).query({ text: `UPDATE users SET status = 'disabled' WHERE email = $1` }, [email]);
  const statusOf = async (app: TestApp, email: string) =>
    (await app.query<{ status: string }>('SELECT status FROM users WHERE email = $1', [email]))[0]?.status;

  it('have transactions of their own, whatever is begun within whatever', async () => {
    const [mine, theirs] = [await one.someone(), await other.someone()];
    const undone = one.database.transaction(async () => {
      expect(other.database.isInTransaction).toBe(false);
      await other.database.transaction(async () => {
        await disable(other, theirs.email);
        expect(one.database.isInTransaction).toBe(true);
        await disable(one, mine.email);
      });
      throw new Error('undo it');
    });
    await expect(undone).rejects.toThrow('undo it');
    expect(await statusOf(one, mine.email)).toBe('active');
    expect(await statusOf(other, theirs.email)).toBe('disabled');
  });

  it('do not take the requests of each other for the cause of what they do', async () => {
    const { body } = await one.api.get<boolean[]>('/causes');
    expect(body).toEqual([true, false]);
  });
});
