export { Database, type Statement } from './database';
export { asUnavailable, isInvalidValue } from './database-faults';
export { DatabaseModule } from './database.module';
export { DatabaseServer } from './database-server';
export { DatabaseSettings } from './database.settings';
export { Inspection } from './inspection';
export { Migrations } from './migrations';
export { deleteInPages, inPages } from './pages';
export { SqlMigration } from './sql-migration';
