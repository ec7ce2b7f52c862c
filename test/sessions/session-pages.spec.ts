import { MAX, NIL } from 'uuid';
import type { TestApp } from '../support/app';
import { cursorOf, openSession, type SessionItem, sessionIdOf, sessionsOf } from '../support/sessions';
import { sharedApp } from '../support/shared-app';

let app: TestApp;

beforeAll(async () => {
  app = await sharedApp();
});

const idsOf = (items: readonly SessionItem[]) => items.map(({ id }) => id);

describe('the list of sessions in pages', () => {
  let token: string;
  /** The newest first, as the list has them. */
  let ids: string[];

  beforeEach(async () => {
    token = (await openSession(app, await app.someone())).accessToken;
    ids = [sessionIdOf(token)];
  });

  /** Opens further sessions of the same user. */
  const openMore = async (count: number): Promise<void> => {
    const added = Array.from({ length: count }, () => app.clock.newId());
    await app.query(
      `INSERT INTO sessions (id, user_id, secret_digest, generation, rotated_at, last_used_at, authenticated_at, methods, created_at)
       SELECT added.id, s.user_id, s.secret_digest, 0, s.rotated_at, s.last_used_at, s.authenticated_at, s.methods, s.created_at
       FROM sessions s, unnest($2::uuid[]) AS added (id) WHERE s.id = $1`,
      [sessionIdOf(token), added],
    );
    ids.unshift(...added.toReversed());
  };
  const end = async (id: string | undefined) => {
    const { status } = await app.api.send('DELETE', `/v1/sessions/${id}`, { token });
    expect(status).toBe(204);
  };

  /** All pages, and what is done between them. */
  const walk = async (limit: number, between: (page: number) => Promise<void> = async () => undefined) => {
    const pages: string[][] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const query: string = `?limit=${limit}${cursor && `&cursor=${cursor}`}`;
      const { items, nextCursor } = await sessionsOf(app, token, query);
      pages.push(idsOf(items));
      cursor = nextCursor;
      await between(pages.length);
    }
    return pages;
  };

  it('has 20 on a page unless another limit is given, and 100 at the most', async () => {
    await openMore(44);
    expect((await walk(20)).map((page) => page.length)).toEqual([20, 20, 5]);
    expect((await sessionsOf(app, token)).items).toHaveLength(20);
    expect(idsOf((await sessionsOf(app, token, '?limit=100')).items)).toEqual(ids);
    expect((await walk(9)).flat()).toEqual(ids);
  });

  it('has no cursor on a full page after which nothing comes', async () => {
    await openMore(2);
    expect(await walk(3)).toEqual([ids]);
    expect((await walk(1)).flat()).toEqual(ids);
    expect(await sessionsOf(app, token, `?cursor=${cursorOf(ids.at(-1) ?? '')}`)).toEqual({
      items: [],
      nextCursor: null,
    });
  });

  it('shows each of 45 once, while others are opened and ended', async () => {
    await openMore(44);
    const before = [...ids];
    const pages = await walk(10, async (page) => {
      await openMore(2);
      // One that was shown already, and one that is still to come.
      if (page < 4) for (const id of [before[page * 10 - 1], before[page * 10 + 5]]) await end(id);
    });
    const toCome = new Set([15, 25, 35].map((at) => before[at]));
    expect(pages.flat()).toEqual(before.filter((id) => !toCome.has(id)));
  });

  it('goes on after a session that was ended, or deleted from the table, since', async () => {
    await openMore(4);
    const { nextCursor } = await sessionsOf(app, token, '?limit=2');
    await end(ids[1]);
    const rest = async () => idsOf((await sessionsOf(app, token, `?cursor=${nextCursor}`)).items);
    expect(await rest()).toEqual(ids.slice(2));
    await app.query('DELETE FROM sessions WHERE id = $1', [ids[1]]);
    expect(await rest()).toEqual(ids.slice(2));
  });

  it('shows own sessions only, for a cursor of another user and for a forged one', async () => {
    await openMore(2);
    const other = await app.someone();
    const strangers = [await openSession(app, other), await openSession(app, other)];
    await openMore(2);
    const cursors = [
      (await sessionsOf(app, strangers[1]?.accessToken ?? '', '?limit=1')).nextCursor ?? '',
      cursorOf(sessionIdOf(strangers[0]?.accessToken ?? '')),
    ];
    for (const cursor of cursors) {
      const { items } = await sessionsOf(app, token, `?cursor=${cursor}`);
      expect(idsOf(items)).toEqual(ids.slice(2));
    }
    for (const [forged, expected] of [
      [app.clock.newId(), ids],
      [NIL, []],
      [MAX, ids],
      ['00000000-0000-7000-8000-000000000000', []],
    ] as const) {
      const { items } = await sessionsOf(app, token, `?cursor=${cursorOf(forged)}`);
      expect(idsOf(items)).toEqual(expected);
    }
  });
});
