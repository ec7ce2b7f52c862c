import { get, type IncomingMessage } from 'node:http';
import { Controller, type MessageEvent, Module, Sse } from '@nestjs/common';
import { interval, map, type Observable, startWith } from 'rxjs';
import { ChangeFeed } from '../../../src/platform/change-feed';
import { startApp, type TestApp } from '../../support/app';
import { disable } from '../../support/account-changes';
import type { TestUser } from '../../support/test-user';

@Controller('ticks')
class TicksController {
  @Sse()
  ticks(): Observable<MessageEvent> {
    return interval(20).pipe(
      startWith(0),
      map(() => ({ data: 'tick' })),
    );
  }
}

@Module({ controllers: [TicksController] })
class TicksModule {}

/** An event stream as a client reads it. */
class Stream {
  private constructor(
    private readonly answer: IncomingMessage,
    private readonly closed: Promise<number>,
  ) {}

  static async open(app: TestApp, { token }: TestUser): Promise<Stream> {
    const headers = { authorization: `Bearer ${token}`, connection: 'close' };
    const answer = await new Promise<IncomingMessage>((resolve, reject) =>
      get(`${app.api.url}/ticks`, { headers }, resolve).on('error', reject),
    );
    const closed = new Promise<number>((resolve) => answer.on('close', () => resolve(performance.now())));
    // An aborted response is an error here, and what the tests wait for.
    answer.on('error', () => undefined);
    const stream = new Stream(answer, closed);
    await stream.next();
    return stream;
  }

  async next(): Promise<void> {
    await new Promise((resolve, reject) => {
      this.answer.once('data', resolve);
      this.answer.once('close', () => reject(new Error('the stream is closed')));
    });
  }

  /** How long after an act it was closed, in milliseconds. */
  async closesAfter(act: () => Promise<unknown> | void): Promise<number> {
    await act();
    const doneAt = performance.now();
    return (await this.closed) - doneAt;
  }

  stop(): void {
    this.answer.destroy();
  }
}

describe('an event stream', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startApp({ modules: [TicksModule] });
  });

  afterAll(async () => app.close());

  it.each<[string, (user: TestUser) => Promise<unknown> | void]>([
    ['its session is ended', async (user) => user.post('/v1/auth/logout')],
    ['its user is disabled', async ({ id }) => disable(app, id)],
    ['its access token expires', () => app.clock.advance({ minutes: 15 })],
  ])('closes within a second once %s', async (what, act) => {
    const user = await app.as(`the user of whom ${what}`);
    const stream = await Stream.open(app, user);
    expect(await stream.closesAfter(async () => act(user))).toBeLessThan(1_000);
    expect((await user.get('/v1/auth/principal')).status).toBe(401);
  });

  it('of another session goes on', async () => {
    const [one, other] = [await app.as('eve'), await app.as('eve')];
    const [stream, kept] = [await Stream.open(app, one), await Stream.open(app, other)];
    await stream.closesAfter(async () => one.post('/v1/auth/logout'));
    await expect(kept.next()).resolves.toBeUndefined();
    kept.stop();
  });

  it('closes where the database is unavailable, so that revocations are unknown', async () => {
    const stream = await Stream.open(app, await app.as('grace'));
    jest.spyOn(app.nest.get(ChangeFeed), 'ensureFresh').mockRejectedValue(new Error('gone'));
    expect(await stream.closesAfter(() => undefined)).toBeLessThan(1_000);
    jest.restoreAllMocks();
  });
});
