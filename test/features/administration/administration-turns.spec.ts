import { Administrators } from '../../../src/roles';
import type { TestApp } from '../../support/app';
import { eventually } from '../../support/eventually';
import { inParallel } from '../../support/parallel';
import { sharedApp } from '../../support/shared-app';
import { aMember, aMemberWho, anAccount } from '../../support/staff';

/** More than the pool of the database has. */
const MORE_THAN_CONNECTIONS = 12;

describe('administrative changes, one at a time,', () => {
  let app: TestApp;
  let administrators: Administrators;

  beforeAll(async () => {
    app = await sharedApp();
    administrators = app.nest.get(Administrators);
  });

  it('may be followed by another one, which a listener makes after the commit of the first', async () => {
    const order: string[] = [];
    await administrators.withAdministrationLock(async () => {
      await app.database.afterCommit(async () =>
        administrators.withAdministrationLock(async () => void order.push('second')),
      );
      order.push('first');
    });
    expect(order).toEqual(['first', 'second']);
  });

  it('continue after one that failed', async () => {
    const failing = administrators.withAdministrationLock(async () => {
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    await expect(administrators.withAdministrationLock(async () => 'yes')).resolves.toBe('yes');
  });

  it('are not started in a transaction, which would hold a connection while they wait', async () => {
    const nested = app.database.transaction(async () =>
      administrators.withAdministrationLock(async () => undefined),
    );
    await expect(nested).rejects.toThrow('own transaction');
  });

  it('hold no connection while they wait', async () => {
    const [bystander, change] = [await aMember(app), await aChange()];
    const [changes] = await whileOneIsUnderWay(async () => {
      const waiting = inParallel(MORE_THAN_CONNECTIONS, change);
      await eventually(async () => expect(administrators['waiting']).toBe(1 + MORE_THAN_CONNECTIONS));
      const { status } = await app.api.get('/v1/users/me', { token: bystander.token });
      expect(status).toBe(200);
      return [waiting];
    });
    expect(new Set(await changes)).toEqual(new Set([200]));
  });

  it('wait, at most fifty of them: the next one is answered 503', async () => {
    const change = await aChange();
    const [others] = await whileOneIsUnderWay(async () => {
      const waiting = inParallel(49, async () =>
        administrators.withAdministrationLock(async () => undefined),
      );
      expect(await change()).toBe(503);
      return [waiting];
    });
    await others;
    expect(await change()).toBe(200);
  });

  /** @returns what the work started, still under way */
  async function whileOneIsUnderWay<T>(work: () => Promise<[T]>): Promise<[T]> {
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    const first = administrators.withAdministrationLock(async () => released);
    try {
      return await work();
    } finally {
      release();
      await first;
    }
  }

  /** A request for such a change, which answers with its status. */
  async function aChange(): Promise<() => Promise<number>> {
    const { id } = await anAccount(app);
    const { token } = await aMemberWho(app, 'users:write');
    return async () => (await app.api.patch(`/v1/users/${id}`, { token, json: {} })).status;
  }
});
