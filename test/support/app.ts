import { randomBytes } from 'node:crypto';
import type { Type } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { AppModule } from '../../src/app.module';
import { CoreModule } from '../../src/core.module';
import { setUp } from '../../src/app.setup';
import { describeApi } from '../../src/openapi';
import { AuditSealer } from '../../src/audit';
import { AttemptsSettings } from '../../src/platform/attempts';
import { Clock } from '../../src/platform/clock';
import { Environment, type Variables } from '../../src/platform/config';
import { Database } from '../../src/platform/database';
import { createFastify } from '../../src/platform/http';
import { LogSink } from '../../src/platform/logging';
import { PasswordStrength } from '../../src/passwords/password-strength';
import { PasswordsService } from '../../src/passwords';
import { MailTransport, Outbox } from '../../src/platform/mail';
import { UsersService } from '../../src/users';
import { Api, type TokenBody } from './api';
import { Conformance } from './conformance';
import { timed } from './costs';
import { createDatabase } from './database';
import { AUTH_SECRET, NO_SMTP } from './settings';
import { type ReceivedMail, SmtpSink } from './smtp-sink';
import { TestClock } from './test-clock';
import { type Rights, TestUser } from './test-user';

/** Settings of every test application; cost 4 is bcrypt's lowest, so that a sign-in takes a millisecond. */
export const TEST_ENVIRONMENT: Variables = {
  NODE_ENV: 'test',
  PUBLIC_URL: 'https://auth.example.test',
  AUTH_SECRET,
  BCRYPT_COST: '4',
  REQUIRE_VERIFIED_EMAIL: 'false',
  MAIL_FROM: 'Gatehouse <no-reply@example.test>',
};

export const PASSWORD = 'teal otters juggle 7 lanterns';

export interface Person {
  readonly email: string;
  readonly password: string;
}

const newAddress = (): string => `person-${randomBytes(6).toString('hex')}@example.com`;

/** The real application on a real database, listening on a free port. */
export class TestApp {
  /** Whoever is not signed in. */
  readonly api: Api;
  readonly database: Database;
  private readonly people = new Map<string, Person>();
  private readonly hashes = new Map<string, Promise<string>>();

  constructor(
    readonly nest: NestFastifyApplication,
    readonly clock: TestClock,
    url: string,
    readonly databaseUrl: string,
    private readonly end: () => Promise<void>,
    private readonly sink?: SmtpSink,
    private readonly conformance?: Conformance,
  ) {
    this.api = new Api(url, {}, conformance);
    this.database = nest.get(Database);
  }

  async query<Row extends object>(text: string, parameters: unknown[] = []): Promise<Row[]> {
    return this.database.query<Row>({ text }, parameters);
  }

  /**
   * Somebody by a name of the test's choosing, new the first time and the same person later. Each call signs them in anew, with a
   * verified address, these rights and no others.
   */
  async as(name: string, rights: Rights = {}): Promise<TestUser> {
    return timed('signIn', async () => {
      const person = this.people.get(name) ?? (await this.someone());
      this.people.set(name, person);
      return TestUser.signIn(this, person, rights);
    });
  }

  /** A new account as registration makes it, but without the mail and the audit event; `registers` sends the request. */
  async someone({ password = PASSWORD }: { password?: string } = {}): Promise<Person> {
    const email = newAddress();
    await this.database.transaction(async () => {
      const id = await this.nest.get(UsersService).add({ email });
      await this.nest.get(PasswordsService).store(id ?? '', await this.hashOf(password));
    });
    return { email, password };
  }

  /** A new account, by the request that makes one. */
  async registers({ password = PASSWORD }: { password?: string } = {}): Promise<Person> {
    const email = newAddress();
    const { status } = await this.api.post('/v1/auth/register', { json: { email, password } });
    if (status !== 202) throw new Error(`registration answered ${status}`);
    return { email, password };
  }

  /** Signs somebody in, or somebody new. */
  async signIn(person?: Person): Promise<TokenBody> {
    return timed('signIn', async () => {
      const { email, password } = person ?? (await this.someone());
      const { status, body } = await this.api.post<TokenBody>('/v1/auth/login', {
        json: { email, password },
      });
      if (status !== 200) throw new Error(`signing in answered ${status}`);
      return body;
    });
  }

  private async hashOf(password: string): Promise<string> {
    const hash = this.hashes.get(password) ?? this.nest.get(PasswordsService).hash(password);
    this.hashes.set(password, hash);
    return hash;
  }

  /** Where mails arrive, for an application that was started with `smtp`. */
  get smtp(): SmtpSink {
    if (!this.sink) throw new Error('this application was started without smtp');
    return this.sink;
  }

  /** The next mail for an address that was not asked for before. */
  async mailFor(address: string, subject?: string): Promise<ReceivedMail> {
    const awaited = { withinMs: 2_000, ...(subject !== undefined && { subject }) };
    if (!this.smtp.has(address, awaited)) await this.mailsSent();
    return this.smtp.next(address, awaited);
  }

  /** Waits until no mail is left to be sent now. */
  async mailsSent(): Promise<void> {
    await this.nest.get(Outbox).run();
  }

  /** The same application for a spec that shares it, with people of its own; it is closed by whoever started it. */
  forAnotherSpec(): TestApp {
    const end = async () => {
      throw new Error('This application is shared and closed when the worker ends: do not close it.');
    };
    return new TestApp(
      this.nest,
      this.clock,
      this.api.url,
      this.databaseUrl,
      end,
      this.sink,
      this.conformance,
    );
  }

  async close(): Promise<void> {
    await timed('stop', this.end);
  }
}

export interface TestAppOptions {
  /** Overrides; without a DATABASE_URL the application gets a migrated database of its own, dropped at the end; without a PORT, a free one. */
  readonly env?: Variables;
  /** What a team adds to its `app.module.ts`. */
  readonly modules?: readonly Type[];
  /** Without what `src/app.module.ts` adds to ours: for a test that lists all there is. */
  readonly alone?: boolean;
  /** Gets every line of the log. */
  readonly log?: string[];
  /** Sends mails to a real SMTP server, `app.smtp`; without it and without an SMTP_URL they are sent nowhere. */
  readonly smtp?: boolean;
  /** Estimates how hard new passwords are to guess. */
  readonly estimates?: boolean;
  /** Seals the audit trail every second; without it only when a test says so. */
  readonly seals?: boolean;
  /** Limits attempts, as production always does. */
  readonly limits?: boolean;
}

export async function startApp(options: TestAppOptions = {}): Promise<TestApp> {
  return timed('start', async () => started(options));
}

async function started({
  env = {},
  modules = [],
  alone = false,
  log,
  smtp = false,
  estimates = false,
  limits = false,
  seals = false,
}: TestAppOptions): Promise<TestApp> {
  const sink = smtp ? await SmtpSink.start() : undefined;
  const own = env.DATABASE_URL ? undefined : await createDatabase();
  const clock = new TestClock();
  const builder = Test.createTestingModule({ imports: [alone ? CoreModule : AppModule, ...modules] })
    .overrideProvider(Environment)
    .useFactory({
      factory: () =>
        new Environment({
          ...TEST_ENVIRONMENT,
          DATABASE_URL: own?.url,
          SMTP_URL: sink?.url ?? NO_SMTP,
          ...env,
        }).verified(),
    })
    .overrideProvider(Clock)
    .useValue(clock);
  if (!sink && !env.SMTP_URL)
    builder
      .overrideProvider(MailTransport)
      .useValue({ deliver: async () => undefined, abandon: () => undefined });
  if (!limits) builder.overrideProvider(AttemptsSettings).useValue({ limited: false });
  // It loads dictionaries for half a second, which most tests would do for nothing.
  if (!estimates) builder.overrideProvider(PasswordStrength).useValue({ weaknessOf: async () => undefined });
  if (log) builder.overrideProvider(LogSink).useValue({ write: (line: string) => log.push(line) });
  let nest: NestFastifyApplication | undefined;
  const end = async () => {
    await nest?.close();
    await sink?.close();
    // A server that is removed after the run takes its databases along.
    if (process.env.GATEHOUSE_TEST_SERVER_STAYS) await own?.drop();
  };
  try {
    const module = await builder.compile();
    if (!seals) module.get(AuditSealer, { strict: false }).onApplicationBootstrap = () => undefined;
    nest = setUp(
      module.createNestApplication<NestFastifyApplication>(createFastify(), { bodyParser: false }),
    );
    await nest.listen(Number(env.PORT ?? 0), '127.0.0.1');
    const conformance = modules.length > 0 ? Conformance.to(describeApi(nest)) : undefined;
    const databaseUrl = env.DATABASE_URL ?? own?.url ?? '';
    return new TestApp(nest, clock, await nest.getUrl(), databaseUrl, end, sink, conformance);
  } catch (error) {
    // What a failed start has opened would keep the process of the tests from ending.
    await end();
    throw error;
  }
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
