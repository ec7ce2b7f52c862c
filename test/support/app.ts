import { Module, type ModuleMetadata, type Type } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ModulesContainer } from '@nestjs/core';
import { Test, type TestingModule } from '@nestjs/testing';
import type { SendMailOptions } from 'nodemailer';
import { AppModule } from '../../src/app.module';
import { CoreModule } from '../../src/core.module';
import { setUp } from '../../src/app.setup';
import { describeApi } from '../../src/api-contract';
import { RateLimitSettings } from '../../src/platform/rate-limits';
import { Clock } from '../../src/platform/clock';
import { declaredSettings, Environment, type Variables } from '../../src/platform/config';
import { createFastify } from '../../src/platform/http';
import { LogSink } from '../../src/platform/logging';
import { BcryptThreads } from '../../src/passwords/bcrypt-pool';
import { PasswordStrength } from '../../src/passwords/password-strength';
import { MailTransport } from '../../src/platform/mail';
import { Conformance } from './conformance';
import { timed } from './costs';
import { createDatabase } from './database';
import { AUTH_SECRET, NO_SMTP } from './settings';
import { SmtpSink } from './smtp-sink';
import { shareWithPackages, TEAM_SETTINGS } from './team-settings';
import { TestApp } from './test-app';
import { TestClock } from './test-clock';
import { sharedThreads } from './threads';

export { PASSWORD, type Person, TestApp } from './test-app';

/** Settings of every test application; cost 4 is bcrypt's lowest, so that a sign-in takes a millisecond. */
export const TEST_ENVIRONMENT: Variables = {
  ...TEAM_SETTINGS,
  NODE_ENV: 'test',
  PUBLIC_URL: 'https://auth.example.test',
  AUTH_SECRET,
  BCRYPT_COST: '4',
  REQUIRE_VERIFIED_EMAIL: 'false',
  MAIL_FROM: 'Gatehouse <no-reply@example.test>',
};

export interface TestAppOptions {
  /**
   * Overrides; without a DATABASE_URL the application gets a migrated database of its own, dropped at the end; without a PORT, a free one.
   * Those that no settings class reads are in `process.env` until the application is closed, for packages that read them there.
   */
  readonly env?: Variables;
  /** What a team adds to its `app.module.ts`, dynamic modules too. */
  readonly modules?: NonNullable<ModuleMetadata['imports']>;
  /** Names of modules of `src/core.module.ts` that are left out; one that has been deleted may be named. */
  readonly withoutModules?: readonly string[];
  /** Without what `src/app.module.ts` adds to ours: for a test that lists all there is. */
  readonly alone?: boolean;
  /** Gets every line of the log. */
  readonly log?: string[];
  /**
   * Keeps mails in `app.smtp`; without it and without an SMTP_URL they are sent nowhere. They are handed over without a connection: where
   * SMTP is the subject, a server is started and its URL is in `env`.
   */
  readonly smtp?: boolean;
  /** Hashes passwords in threads of its own, which a test may keep busy. */
  readonly ownThreads?: boolean;
  /** Estimates how hard new passwords are to guess. */
  readonly estimates?: boolean;
  /** Seals the audit trail every second; without it only when a test says so. */
  readonly seals?: boolean;
  /** Limits attempts, as production always does. */
  readonly limits?: boolean;
}

declare global {
  var startsUnderWay: number | undefined;
}

export async function startApp(options: TestAppOptions = {}): Promise<TestApp> {
  globalThis.startsUnderWay = (globalThis.startsUnderWay ?? 0) + 1;
  try {
    return await timed('start', async () => started(options));
  } finally {
    globalThis.startsUnderWay--;
  }
}

async function started({
  env = {},
  modules = [],
  withoutModules = [],
  alone = false,
  log,
  smtp = false,
  ownThreads = env.BCRYPT_COST !== undefined,
  estimates = false,
  limits = false,
  seals = false,
}: TestAppOptions): Promise<TestApp> {
  const sink = smtp ? await SmtpSink.start() : undefined;
  const own = env.DATABASE_URL ? undefined : await createDatabase();
  const clock = new TestClock();
  let restoreVariables = (): void => undefined;
  const builder = Test.createTestingModule({ imports: [alone ? CoreModule : AppModule, ...modules] })
    .overrideProvider(Environment)
    .useFactory({
      factory: (container: ModulesContainer) => {
        const urls = { DATABASE_URL: own?.url, SMTP_URL: sink?.url ?? NO_SMTP };
        const variables = { ...TEST_ENVIRONMENT, ...urls, ...env };
        const environment = new Environment(variables, [], declaredSettings(container)).validated();
        restoreVariables = shareWithPackages(env, environment.names);
        return environment;
      },
      inject: [ModulesContainer],
    })
    .overrideProvider(Clock)
    .useValue(clock);
  for (const module of coreModules())
    if (withoutModules.includes(module.name)) builder.overrideModule(module).useModule(EmptyModule);
  if (!sink && !env.SMTP_URL)
    builder
      .overrideProvider(MailTransport)
      .useValue({ deliver: async () => undefined, abandon: () => undefined });
  if (!ownThreads) builder.overrideProvider(BcryptThreads).useValue(sharedThreads());
  if (!limits)
    builder
      .overrideProvider(RateLimitSettings)
      .useValue(new RateLimitSettings(new Environment({ RATE_LIMITS: 'off' })));
  // It loads dictionaries for half a second, which most tests would do for nothing.
  if (!estimates) builder.overrideProvider(PasswordStrength).useValue({ weaknessOf: async () => undefined });
  if (log) builder.overrideProvider(LogSink).useValue({ write: (line: string) => log.push(line) });
  let nest: NestFastifyApplication | undefined;
  const end = async () => {
    await nest?.close();
    await sink?.close();
    restoreVariables();
  };
  try {
    const module = await builder.compile();
    if (sink && !env.SMTP_URL) handOver(module.get(MailTransport, { strict: false }), sink);
    if (!seals) stopChainWriter(module);
    nest = setUp(
      module.createNestApplication<NestFastifyApplication>(createFastify(), { bodyParser: false }),
    );
    await nest.listen(Number(env.PORT ?? 0), '127.0.0.1');
    const served = nest;
    const conformance = modules.length > 0 ? Conformance.to(() => describeApi(served)) : undefined;
    const databaseUrl = env.DATABASE_URL ?? own?.url ?? '';
    return new TestApp(nest, clock, await nest.getUrl(), databaseUrl, end, sink, conformance);
  } catch (error) {
    // What a failed start has opened would keep the process of the tests from ending.
    await end();
    throw error;
  }
}

@Module({})
class EmptyModule {}

function coreModules(): readonly Type[] {
  return Reflect.getMetadata('imports', CoreModule) as readonly Type[];
}

/** Found by name: the audit feature may have been deleted. */
function stopChainWriter(module: TestingModule): void {
  const providers = [...module.get(ModulesContainer).values()].flatMap((each) => [
    ...each.providers.values(),
  ]);
  for (const { name, instance } of providers)
    if (name === 'AuditChainWriter')
      Object.assign(instance as object, { onApplicationBootstrap: () => undefined });
}

/** Lets a transport do all but the dialogue with the server. */
function handOver(transport: MailTransport, sink: SmtpSink): void {
  const { smtp } = transport as unknown as { smtp: { sendMail: (mail: SendMailOptions) => Promise<void> } };
  smtp.sendMail = async (mail) => sink.take(mail);
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
