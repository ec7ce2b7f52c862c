import type { Client } from 'pg';
import { NIL } from 'uuid';
import { PrincipalLoader } from '../../../src/auth';
import { ChangeFeed } from '../../../src/platform/change-feed';
import { RolesService } from '../../../src/roles';
import { RevokedSessions, SessionsService } from '../../../src/sessions';
import type { TokenBody } from '../../support/api';
import type { TestApp } from '../../support/app';
import { expectCommitsKnown, expectNoneLost } from '../../support/author';
import { eventually } from '../../support/eventually';
import { readJws } from '../../support/jws';
import { Others } from '../../support/others';
import { sharedApp } from '../../support/shared-app';
import { aRole } from '../../support/staff';

let app: TestApp;
let feed: ChangeFeed;
let memory: RevokedSessions;
let others: Others;

beforeAll(async () => {
  app = await sharedApp();
  feed = app.nest.get(ChangeFeed);
  memory = app.nest.get(RevokedSessions);
  others = new Others(app.databaseUrl);
});

afterAll(async () => others.close());

const sessionOf = ({ accessToken }: TokenBody) => String(readJws(accessToken).claims.sid);
const statusOf = async ({ accessToken }: TokenBody) =>
  (await app.api.get('/v1/auth/principal', { token: accessToken })).status;
const end = async (client: Client, tokens: TokenBody) =>
  client.query('UPDATE sessions SET revoked_at = now() WHERE id = $1', [sessionOf(tokens)]);

describe('a change in a transaction of this instance', () => {
  it('is known when the transaction returns, and never published when it is rolled back', async () => {
    const [kept, ended] = [await app.signIn(), await app.signIn()];
    const sessions = app.nest.get(SessionsService);
    const heard: string[] = [];
    const listener = await others.connect();
    listener.on('notification', ({ channel }) => heard.push(channel));
    await listener.query('LISTEN gatehouse_changes');

    const undone = app.database.transaction(async () => {
      await sessions.revoke(sessionOf(kept));
      throw new Error('undo it');
    });
    await expect(undone).rejects.toThrow('undo it');
    await app.database.transaction(async () => {
      await app.database.transaction(async () => sessions.revoke(sessionOf(ended)));
      expect(memory.has(sessionOf(ended))).toBe(false);
    });
    expect([memory.has(sessionOf(kept)), memory.has(sessionOf(ended))]).toEqual([false, true]);
    await eventually(async () => expect(heard).toEqual(['gatehouse_changes']));
    expect([await statusOf(kept), await statusOf(ended)]).toEqual([200, 401]);
  });
});

describe('a transaction in which the feed is read', () => {
  it('lends it none of the rows that are not committed', async () => {
    const [role, another] = [await aRole(app, 'users:read'), await aRole(app)];
    const roles = app.nest.get(RolesService);
    const author = await others.connect();
    const granting = app.database.transaction(async () => {
      const text = `UPDATE roles SET permissions = '{users:read,users:write}' WHERE name = $1`;
      await app.database.query({ text }, [role]);
      await author.query('UPDATE roles SET description = $2 WHERE name = $1', [another, 'changed']);
      // As after a read that failed: the next caller, an authentication strategy, reads again.
      Object.assign(feed, { mustReadAgain: true });
      await app.nest.get(PrincipalLoader).find(NIL);
      expect(roles.rightsOf({ roles: [role], acr: 'aal1' }).permissions).toEqual(['users:read']);
      throw new Error('undo it');
    });
    await expect(granting).rejects.toThrow('undo it');
    expect(roles.rightsOf({ roles: [role], acr: 'aal1' }).permissions).toEqual(['users:read']);
  });
});

describe('changes of open transactions of other instances', () => {
  it('are known in any order of commits', async () => {
    const [first, second] = [await others.connect(), await others.connect()];
    const [early, late] = [await app.signIn(), await app.signIn()];
    await first.query('BEGIN');
    await end(first, early);
    await second.query('BEGIN');
    await end(second, late);
    await second.query('COMMIT');
    await feed.publishAfterCommit();
    expect([await statusOf(early), await statusOf(late)]).toEqual([200, 401]);
    for (let reading = 0; reading < 3; reading++) await feed.publishAfterCommit();
    await first.query('COMMIT');
    await feed.publishAfterCommit();
    expect([await statusOf(early), await statusOf(late)]).toEqual([401, 401]);
  });

  it('are known although the first one got its number before, and wrote after, a reading', async () => {
    const client = await others.connect();
    const tokens = await app.signIn();
    await client.query('BEGIN');
    await client.query('SELECT pg_current_xact_id()');
    await feed.publishAfterCommit();
    await end(client, tokens);
    await feed.publishAfterCommit();
    await client.query('COMMIT');
    await feed.publishAfterCommit();
    expect(await statusOf(tokens)).toBe(401);
  });

  it('are never known where they are rolled back', async () => {
    const client = await others.connect();
    const tokens = await app.signIn();
    await client.query('BEGIN');
    await end(client, tokens);
    await feed.publishAfterCommit();
    await client.query('ROLLBACK');
    await client.query('BEGIN; SAVEPOINT s');
    await end(client, tokens);
    await feed.publishAfterCommit();
    await client.query('ROLLBACK TO s; COMMIT');
    await feed.publishAfterCommit();
    expect(await statusOf(tokens)).toBe(200);
  });
});

// The slow suite plays longer ones.
describe('many transactions at once', () => {
  it('publish each committed change and none that was rolled back', async () =>
    expectCommitsKnown({ others, feed, memory }, 5));

  it('lose no change while all commit at full speed during the readings', async () =>
    expectNoneLost({ others, feed, memory }, 10, 100));
});
