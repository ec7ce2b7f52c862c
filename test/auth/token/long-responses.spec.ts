import { type IncomingMessage, request } from 'node:http';
import { Readable } from 'node:stream';
import { setInterval } from 'node:timers/promises';
import { Body, Controller, type MessageEvent, Module, Post, Sse, StreamableFile } from '@nestjs/common';
import { IsString } from 'class-validator';
import { interval, map, type Observable, startWith } from 'rxjs';
import { ChangeFeed } from '../../../src/platform/change-feed';
import { startApp, type TestApp } from '../../support/app';
import { disable } from '../../support/account-changes';
import type { TestUser } from '../../support/test-user';

async function* repeated(text: string) {
  for await (const _ of setInterval(20)) yield text;
}

class TicksRequest {
  @IsString()
  readonly name: string;
}

@Controller('ticks')
class TicksController {
  @Post()
  download(@Body() { name }: TicksRequest): StreamableFile {
    return new StreamableFile(Readable.from(repeated(name)));
  }

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

  static async open(app: TestApp, { token }: TestUser, method = 'GET'): Promise<Stream> {
    const authorization = `Bearer ${token}`;
    const headers = { authorization, connection: 'close', 'content-type': 'application/json' };
    const body = method === 'POST' ? JSON.stringify({ name: 'tick' }) : '';
    const answer = await new Promise<IncomingMessage>((resolve, reject) =>
      request(`${app.api.url}/ticks`, { method, headers }, resolve).on('error', reject).end(body),
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

  it('that answers a request with a body closes, too, although Node closes such a request at the end of its body', async () => {
    const user = await app.as('heidi');
    const stream = await Stream.open(app, user, 'POST');
    await stream.next();
    expect(await stream.closesAfter(async () => user.post('/v1/auth/logout'))).toBeLessThan(1_000);
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
