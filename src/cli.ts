import { writeFileSync } from 'node:fs';
import { type INestApplicationContext, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Command } from 'commander';
import { AppModule } from './app.module';
import { VERSIONING } from './app.setup';
import { describeApi } from './openapi';
import { ClockModule } from './platform/clock';
import { EnvironmentModule } from './platform/config';
import { DatabaseModule } from './platform/database';
import { createFastify, HttpModule } from './platform/http';
import { Keyring, StoredKeyringModule } from './platform/keyring';
import { LoggingModule } from './platform/logging';
import { SigningKeyStore, StoredSigningKeysModule } from './tokens';

/** No more than the schema needs: the rooms' migrations are known as soon as `app.module` is loaded. */
@Module({
  imports: [EnvironmentModule.of({ MIGRATE_ON_START: 'true' }), LoggingModule, ClockModule, DatabaseModule],
})
class MigrationModule {}

/** The keys and what they lie in; a schema that is not up to date stops it. */
@Module({
  imports: [
    EnvironmentModule.of({ MIGRATE_ON_START: 'false' }),
    LoggingModule,
    ClockModule,
    DatabaseModule,
    StoredKeyringModule,
  ],
})
class RewrapModule {}

/** The signing keys as they lie in the keyring; running instances learn what was done to them within a second. */
@Module({ imports: [RewrapModule, HttpModule, StoredSigningKeysModule] })
class SigningKeysModule {}

const program = new Command('gatehouse').description('Operator commands').showHelpAfterError();

program
  .command('db:migrate')
  .description('bring the database schema up to date; several at once take turns')
  .action(async () => {
    await within(MigrationModule, () => process.stdout.write('The schema is up to date.\n'));
  });

program
  .command('keys:rewrap')
  .description('wrap under AUTH_SECRET the keys that lie under one of AUTH_SECRETS_RETIRED; all or nothing')
  .action(async () => {
    await within(RewrapModule, async (context) => {
      const count = await context.get(Keyring, { strict: false }).rewrap();
      process.stdout.write(`${count} keys were rewrapped. All are under AUTH_SECRET now.\n`);
    });
  });

program
  .command('keys:rotate')
  .description('publish a new signing key now; it signs as soon as others had time to fetch it')
  .action(async () => {
    await within(SigningKeysModule, async (context) => {
      const kid = await context.get(SigningKeyStore).rotate();
      process.stdout.write(`${kid} is published.\n`);
    });
  });

program
  .command('keys:revoke <kid>')
  // One kid in 64 begins with a dash.
  .allowUnknownOption()
  .description('refuse at once every token that this signing key signed, for a key that leaked')
  .action(async (kid: string) => {
    await within(SigningKeysModule, async (context) => {
      const found = await context.get(SigningKeyStore).revoke(kid);
      if (!found) throw new Error(`No signing key is called ${kid}.\n  → npm run cli -- keys:list`);
      process.stdout.write(`${kid} is revoked: its tokens are refused, and clients refresh them.\n`);
    });
  });

program
  .command('keys:list')
  .description('the published signing keys, the newest first')
  .action(async () => {
    await within(SigningKeysModule, async (context) => {
      for (const { id, algorithm, createdAt } of await context.get(SigningKeyStore).list())
        process.stdout.write(`${id}  ${algorithm}  ${createdAt.toISOString()}\n`);
    });
  });

program
  .command('openapi:write')
  .description('write openapi.json from the controllers; needs no database')
  .action(async () => {
    // Preview builds the module graph without creating a provider.
    const app = await NestFactory.create(AppModule, createFastify(), {
      preview: true,
      abortOnError: false,
      logger: false,
    });
    app.enableVersioning(VERSIONING);
    writeFileSync('openapi.json', `${JSON.stringify(describeApi(app), null, 2)}\n`);
  });

async function within(module: Type, work: (context: INestApplicationContext) => unknown): Promise<void> {
  const context = await NestFactory.createApplicationContext(module, { abortOnError: false, logger: false });
  try {
    await work(context);
  } finally {
    await context.close();
  }
}

program.parseAsync().catch((error: unknown) => {
  process.stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n\n`);
  process.exit(1);
});
