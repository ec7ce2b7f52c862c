import { startApp, type TestApp } from '../../../support/app';
import { askForChange, confirmChange } from '../../../support/email-change';
import { nextLink } from '../../../support/mailbox';
import { TotpActs } from '../../../support/totp';

describe('an attack on factors: what a thief prepared before the first factor', () => {
  let app: TestApp;
  let acts: TotpActs;
  beforeAll(async () => {
    app = await startApp({ smtp: true });
    acts = new TotpActs(app);
  });
  afterAll(async () => app.close());

  it('a change of address that was asked for with the password alone ends with the first factor', async () => {
    const owner = await acts.someone();
    const lair = `lair-${owner.email}`;
    const thief = await app.signIn(owner);
    expect((await askForChange(app, thief, lair, owner.password)).status).toBe(202);
    await acts.enrol((await app.signIn(owner)).accessToken);
    app.clock.advance({ minutes: 1 });
    expect((await confirmChange(app, await nextLink(app, lair, 'newAddress'))).status).toBe(422);
  });
});
