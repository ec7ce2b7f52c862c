export { Database, type Statement } from './database';
export { asEmbeddedServerUnavailable, isInvalidValue } from './database-faults';
export { DatabaseModule } from './database.module';
export { DatabaseServer } from './database-server';
export { DatabaseSettings } from './database.settings';
export { MigrationRunner } from './migrations';
export { deleteInBatches, readInBatches } from './batches';
export { SqlMigration } from './sql-migration';
