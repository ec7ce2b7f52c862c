import { ModelledSessions } from '../../support/rotation-model';
import { sharedApp } from '../../support/shared-app';

describe('sessions under any interleaving of events', () => {
  it('behave as the model of the contract', async () => {
    const sessions = await new ModelledSessions(await sharedApp()).init();
    await expect(sessions.check(15)).resolves.toBeUndefined();
  });
});
