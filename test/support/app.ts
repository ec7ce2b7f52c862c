import type { Type } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { AppModule } from '../../src/app.module';
import { setUp } from '../../src/app.setup';
import { Clock } from '../../src/platform/clock';
import { Environment, type Variables } from '../../src/platform/config';
import { Database } from '../../src/platform/database';
import { createFastify } from '../../src/platform/http';
import { LogSink } from '../../src/platform/logging';
import { Api, type TokenBody } from './api';
import { createDatabase } from './database';
import { TestClock } from './test-clock';

/** Settings of every test application; cost 4 is bcrypt's lowest, so that a sign-in takes a millisecond. */
export const TEST_ENVIRONMENT: Variables = {
  NODE_ENV: 'test',
  PUBLIC_URL: 'https://auth.example.test',
  AUTH_SECRET: '39ce9a82f4e78413f2e74e6fb61398fc83a1af18e04b2c21d0214a6a6233f7f3',
  BCRYPT_COST: '4',
  REQUIRE_VERIFIED_EMAIL: 'false',
};

export const PASSWORD = 'teal otters juggle 7 lanterns';

let people = 0;

/** The real application on a real database, listening on a free port. */
export class TestApp {
  readonly api: Api;
  readonly database: Database;

  constructor(
    readonly nest: NestFastifyApplication,
    readonly clock: TestClock,
    url: string,
    readonly databaseUrl: string,
    private readonly release: () => Promise<void>,
  ) {
    this.api = new Api(url);
    this.database = nest.get(Database);
  }

  async query<Row extends object>(text: string, parameters: unknown[] = []): Promise<Row[]> {
    return this.database.query<Row>({ text }, parameters);
  }

  /** Registers somebody new. */
  async someone({ password = PASSWORD }: { password?: string } = {}): Promise<{
    email: string;
    password: string;
  }> {
    const email = `person-${process.pid}-${++people}@example.com`;
    const { status } = await this.api.post('/v1/auth/register', { json: { email, password } });
    if (status !== 202) throw new Error(`registration answered ${status}`);
    return { email, password };
  }

  /** Signs somebody in, or somebody new. */
  async signIn(person?: { email: string; password: string }): Promise<TokenBody> {
    const json = person ?? (await this.someone());
    const { status, body } = await this.api.post<TokenBody>('/v1/auth/login', { json });
    if (status !== 200) throw new Error(`signing in answered ${status}`);
    return body;
  }

  async close(): Promise<void> {
    await this.nest.close();
    await this.release();
  }
}

export interface TestAppOptions {
  /** Overrides; without a DATABASE_URL the application gets a migrated database of its own, dropped at the end; without a PORT, a free one. */
  readonly env?: Variables;
  /** What a team adds to its `app.module.ts`. */
  readonly modules?: readonly Type[];
  /** Gets every line of the log. */
  readonly log?: string[];
}

export async function startApp({ env = {}, modules = [], log }: TestAppOptions = {}): Promise<TestApp> {
  const own = env.DATABASE_URL ? undefined : await createDatabase();
  const clock = new TestClock();
  const builder = Test.createTestingModule({ imports: [AppModule, ...modules] })
    .overrideProvider(Environment)
    .useFactory({
      factory: () => new Environment({ ...TEST_ENVIRONMENT, DATABASE_URL: own?.url, ...env }).verified(),
    })
    .overrideProvider(Clock)
    .useValue(clock);
  if (log) builder.overrideProvider(LogSink).useValue({ write: (line: string) => log.push(line) });
  const module = await builder.compile();
  const nest = setUp(
    module.createNestApplication<NestFastifyApplication>(createFastify(), { bodyParser: false }),
  );
  await nest.listen(Number(env.PORT ?? 0), '127.0.0.1');
  return new TestApp(nest, clock, await nest.getUrl(), env.DATABASE_URL ?? own?.url ?? '', async () =>
    own?.drop(),
  );
}

/** An application for one test, closed however that ends. */
export async function withApp(options: TestAppOptions, test: (app: TestApp) => Promise<void>): Promise<void> {
  const app = await startApp(options);
  try {
    await test(app);
  } finally {
    await app.close();
  }
}
