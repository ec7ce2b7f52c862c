import { Administrators } from '../src/roles';
import { startApp, type TestApp } from './support/app';
import { inParallel } from './support/parallel';
import { aMember, aMemberWho } from './support/staff';

describe('administrative changes, one at a time,', () => {
  let app: TestApp;
  let administrators: Administrators;

  beforeAll(async () => {
    app = await startApp();
    administrators = app.nest.get(Administrators);
  });

  afterAll(async () => app.close());

  it('may be followed by another one, by whoever hears of the first', async () => {
    const order: string[] = [];
    await administrators.alone(async () => {
      await app.database.afterCommit(async () => administrators.alone(async () => void order.push('second')));
      order.push('first');
    });
    expect(order).toEqual(['first', 'second']);
  });

  it('go on after one that failed', async () => {
    const failing = administrators.alone(async () => {
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    await expect(administrators.alone(async () => 'yes')).resolves.toBe('yes');
  });

  it('are not begun within a transaction, which would keep a connection while they wait', async () => {
    const nested = app.database.transaction(async () => administrators.alone(async () => undefined));
    await expect(nested).rejects.toThrow('own transaction');
  });

  it('keep nobody else waiting, however many there are', async () => {
    const [member, bystander] = [await aMember(app), await aMember(app)];
    const { token } = await aMemberWho(app, 'users:write');
    const flood = inParallel(200, async () => {
      const { status } = await app.api.patch(`/v1/users/${member.id}`, { token, json: {} });
      return status;
    });
    const statuses = await inParallel(20, async () => {
      const { status } = await app.api.get('/v1/users/me', { token: bystander.token });
      return status;
    });
    expect(new Set(statuses)).toEqual(new Set([200]));
    const flooded = await flood;
    expect(flooded.filter((status) => status === 200).length).toBeGreaterThanOrEqual(50);
    expect(flooded.filter((status) => status !== 200 && status !== 503)).toEqual([]);
  });
});
