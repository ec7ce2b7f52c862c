import fc from 'fast-check';
import { Feed } from '../../src/platform/feed';
import { EndedSessions } from '../../src/sessions';
import { startApp, type TestApp } from '../support/app';
import {
  Author,
  connectAuthors,
  histories,
  mistakesOf,
  NO_MISTAKE,
  play,
  playAtOnce,
} from '../support/author';
import { Others } from '../support/others';

describe('very many transactions at once', () => {
  let app: TestApp;
  let feed: Feed;
  let memory: EndedSessions;
  let others: Others;

  beforeAll(async () => {
    app = await startApp();
    feed = app.nest.get(Feed);
    memory = app.nest.get(EndedSessions);
    others = new Others(app.databaseUrl);
  });

  afterAll(async () => {
    await others.close();
    await app.close();
  });

  it('each change that was committed is known, and none that was undone', async () => {
    const clients = await connectAuthors(others);
    const isKnown = fc.asyncProperty(histories(), async (history) => {
      const authors = clients.map((client) => new Author(client, feed));
      await play(authors, history);
      await feed.changed();
      expect(mistakesOf(memory, authors)).toEqual(NO_MISTAKE);
    });
    await fc.assert(isKnown, { numRuns: 60 });
  });

  it('lose none while all of them commit as fast as they can and the feed reads on', async () => {
    const authors = (await connectAuthors(others)).map((client) => new Author(client, feed));
    await playAtOnce(authors, feed, 150);
    // The last of what it read may have begun before the last commit.
    await feed.changed();
    expect(authors.flatMap(({ committed }) => committed).length).toBeGreaterThan(1_000);
    expect(mistakesOf(memory, authors)).toEqual(NO_MISTAKE);
  });
});
