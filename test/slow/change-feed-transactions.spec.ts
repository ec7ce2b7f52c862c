import { ChangeFeed } from '../../src/platform/change-feed';
import { RevokedSessions } from '../../src/sessions';
import { startApp, type TestApp } from '../support/app';
import { expectCommitsKnown, expectNoneLost } from '../support/author';
import { Others } from '../support/others';

describe('very many transactions at once', () => {
  let app: TestApp;
  let feed: ChangeFeed;
  let memory: RevokedSessions;
  let others: Others;

  beforeAll(async () => {
    app = await startApp();
    feed = app.nest.get(ChangeFeed);
    memory = app.nest.get(RevokedSessions);
    others = new Others(app.databaseUrl);
  });

  afterAll(async () => {
    await others.close();
    await app.close();
  });

  it('each change that was committed is known, and none that was undone', async () =>
    expectCommitsKnown({ others, feed, memory }, 60));

  it('lose none while all of them commit as fast as they can and the feed reads on', async () =>
    expectNoneLost({ others, feed, memory }, 150, 1_000));
});
