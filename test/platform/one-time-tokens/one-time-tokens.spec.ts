import { createHash } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { MAX_ACTIVE_TOKENS, OneTimeTokens, type TokenPurpose } from '../../../src/platform/one-time-tokens';
import type { TokenRequest } from '../../../src/platform/one-time-tokens/one-time-tokens';
import { JobScheduler } from '../../../src/platform/jobs';
import type { TestApp } from '../../support/app';
import { Secrets } from '../../support/secrets';
import { sharedApp } from '../../support/shared-app';

const MINUTE_MS = 60_000;
const VISIT: TokenPurpose = { name: 'visit', prefix: 'vi_', lifetimeMs: 60 * MINUTE_MS };
const PARCEL: TokenPurpose = { name: 'parcel', prefix: 'pa_', lifetimeMs: 60 * MINUTE_MS };
const DEED: TokenPurpose = { name: 'deed', prefix: 'de_', lifetimeMs: 60 * MINUTE_MS, lasting: true };

const REFUSED = { code: 'invalid-or-expired-token' };

let app: TestApp;
let tokens: OneTimeTokens;
let userId: string;

beforeAll(async () => {
  app = await sharedApp();
  tokens = app.nest.get(OneTimeTokens);
});

beforeEach(() => {
  userId = uuidv7();
});

const issue = async (purpose = VISIT, request: TokenRequest = { userId }): Promise<string> => {
  const issued = await tokens.issue(purpose, request);
  if (!issued) throw new Error('no token was issued');
  return issued.token;
};
const several = async (count: number, purpose = VISIT): Promise<string[]> => {
  const issued: string[] = [];
  while (issued.length < count) {
    issued.push(await issue(purpose));
    app.clock.advance({ milliseconds: 1 });
  }
  return issued;
};
/** Which of them are good. */
const aliveOf = async (all: readonly string[], purpose = VISIT): Promise<boolean[]> =>
  Promise.all(all.map(async (token) => tokens.get(purpose, token).then(Boolean, () => false)));
const rows = async () => app.query('SELECT t::text FROM one_time_tokens t WHERE user_id = $1', [userId]);

describe('a one-time token', () => {
  it('is its prefix and 256 random bits, and unique', async () => {
    const all = await Promise.all(Array.from({ length: 50 }, async () => issue(DEED)));
    expect(new Set(all).size).toBe(50);
    for (const token of all) {
      expect(token).toMatch(/^de_[\w-]{43}$/);
      const secret = token.slice(3);
      expect(Buffer.from(secret, 'base64url').toString('base64url')).toBe(secret);
    }
  });

  it('is in the database as its SHA-256 only', async () => {
    const token = await issue();
    const secrets = new Secrets();
    secrets.note('the token', token);
    secrets.note('its random bits', Buffer.from(token.slice(3), 'base64url'));
    expect(secrets.shownIn(JSON.stringify(await rows()))).toEqual([]);
    const digest = createHash('sha256').update(token).digest();
    expect(await app.query('SELECT user_id FROM one_time_tokens WHERE digest = $1', [digest])).toHaveLength(
      1,
    );
  });

  it('returns its user and its data, once', async () => {
    const details = { newEmail: 'zoë@example.com', '': '"' };
    const token = await issue(VISIT, { userId, details });
    expect(await tokens.get(VISIT, token)).toEqual({ userId, details });
    expect(await tokens.get(VISIT, token)).toEqual({ userId, details });
    expect(await tokens.redeem(VISIT, token)).toEqual({ userId, details });
    await expect(tokens.redeem(VISIT, token)).rejects.toMatchObject(REFUSED);
    await expect(tokens.get(VISIT, token)).rejects.toMatchObject(REFUSED);
    expect(await rows()).toEqual([]);
  });

  it('is refused for another purpose, and not used up by the attempt', async () => {
    const token = await issue();
    for (const purpose of [PARCEL, DEED, { ...VISIT, name: '' }, { ...VISIT, name: 'Visit' }]) {
      await expect(tokens.get(purpose, token)).rejects.toMatchObject(REFUSED);
      await expect(tokens.redeem(purpose, token)).rejects.toMatchObject(REFUSED);
    }
    expect(await tokens.redeem(VISIT, token)).toMatchObject({ userId });
  });

  it('works until its last millisecond', async () => {
    const [first, second] = [await issue(), await issue(VISIT, { userId: uuidv7() })];
    const issued = await tokens.issue(DEED, { userId });
    expect(issued?.expiresAt.getTime()).toBe(app.clock.nowMs() + DEED.lifetimeMs);
    app.clock.advance({ minutes: 60, milliseconds: -1 });
    expect(await tokens.redeem(VISIT, first)).toMatchObject({ userId });
    app.clock.advance({ milliseconds: 1 });
    await expect(tokens.get(VISIT, second)).rejects.toMatchObject(REFUSED);
    await expect(tokens.redeem(VISIT, second)).rejects.toMatchObject(REFUSED);
    await expect(tokens.redeem(DEED, issued?.token ?? '')).rejects.toMatchObject(REFUSED);
  });

  it('that has expired revokes no other when it is used', async () => {
    const old = await issue();
    app.clock.advance({ minutes: 60 });
    const young = await issue();
    await expect(tokens.redeem(VISIT, old)).rejects.toMatchObject(REFUSED);
    expect(await aliveOf([young])).toEqual([true]);
  });

  it('revokes, when it is used, the older and younger ones of its purpose and user, and no others', async () => {
    const links = await several(MAX_ACTIVE_TOKENS);
    const [parcel, deed, stranger] = [
      await issue(PARCEL),
      await issue(DEED),
      await issue(VISIT, { userId: uuidv7() }),
    ];
    await tokens.redeem(VISIT, links[2] ?? '');
    expect(await aliveOf(links)).toEqual(links.map(() => false));
    expect(
      [await aliveOf([parcel], PARCEL), await aliveOf([deed], DEED), await aliveOf([stranger])].flat(),
    ).toEqual([true, true, true]);
  });
});

describe('the number of tokens', () => {
  it('is limited for each purpose and user; a further request gets none and revokes none', async () => {
    const links = await several(MAX_ACTIVE_TOKENS);
    expect(await tokens.issue(VISIT, { userId })).toBeNull();
    expect(await aliveOf(links)).toEqual(links.map(() => true));
    await issue(PARCEL);
    await issue(VISIT, { userId: uuidv7() });
    expect(await rows()).toHaveLength(MAX_ACTIVE_TOKENS + 1);
  });

  it('decreases as soon as one expires, purged or not', async () => {
    const links = await several(MAX_ACTIVE_TOKENS);
    app.clock.advance({ minutes: 60, milliseconds: -MAX_ACTIVE_TOKENS - 1 });
    expect(await tokens.issue(VISIT, { userId })).toBeNull();
    app.clock.advance({ milliseconds: 1 });
    const young = await issue();
    expect(await tokens.issue(VISIT, { userId })).toBeNull();
    expect(await aliveOf([...links, young])).toEqual([false, true, true, true, true, true]);
  });

  it('is unlimited for lasting tokens', async () => {
    const deeds = await several(4 * MAX_ACTIVE_TOKENS, DEED);
    expect(await aliveOf(deeds, DEED)).toEqual(deeds.map(() => true));
  });
});

describe('a lasting token', () => {
  it('revokes the later ones when it is used, and keeps the earlier ones', async () => {
    const deeds = await several(5, DEED);
    await tokens.redeem(DEED, deeds[2] ?? '');
    expect(await aliveOf(deeds, DEED)).toEqual([true, true, false, false, false]);
    await tokens.redeem(DEED, deeds[0] ?? '');
    expect(await aliveOf(deeds, DEED)).toEqual(deeds.map(() => false));
  });

  it('stays valid when all others are revoked', async () => {
    const [deed, visit, parcel] = [await issue(DEED), await issue(), await issue(PARCEL)];
    await tokens.revokeAllOf(userId, VISIT);
    expect([await aliveOf([visit]), await aliveOf([parcel], PARCEL)].flat()).toEqual([false, true]);
    await tokens.revokeAllOf(userId);
    expect([await aliveOf([parcel], PARCEL), await aliveOf([deed], DEED)].flat()).toEqual([false, true]);
    await tokens.revokeAllOf(userId, DEED);
    expect(await aliveOf([deed], DEED)).toEqual([true]);
  });
});

describe('the purge of expired tokens', () => {
  it('deletes all of them, and no valid one', async () => {
    await app.query(
      `INSERT INTO one_time_tokens SELECT sha256(n::text::bytea), 'visit', $1, '{}', n % 2 = 0, $2, $2
       FROM generate_series(1, 2500) n`,
      [userId, new Date(app.clock.nowMs() + 60 * MINUTE_MS)],
    );
    app.clock.advance({ minutes: 1 });
    const [link, deed] = [await issue(PARCEL), await issue(DEED)];
    app.clock.advance({ minutes: 59 });
    await app.nest.get(JobScheduler).run();
    expect(await rows()).toHaveLength(2);
    expect([await aliveOf([link], PARCEL), await aliveOf([deed], DEED)].flat()).toEqual([true, true]);
    app.clock.advance({ hours: 1 });
    await app.nest.get(JobScheduler).run();
    expect(await rows()).toEqual([]);
  });
});
