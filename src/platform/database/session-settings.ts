import type { DatabaseSettings } from './database.settings';

/** With the names and units of `pg_settings`. */
export type SessionSettings = Readonly<Record<string, string>>;

/** What statements and the driver rely on, independent of the defaults of server, database and role. */
const PINNED: SessionSettings = {
  bytea_output: 'hex',
  datestyle: 'ISO, MDY',
  // Statements that wait for a row and then decide by it are written for this level.
  default_transaction_isolation: 'read committed',
  extra_float_digits: '1',
  intervalstyle: 'postgres',
  standard_conforming_strings: 'on',
  timezone: 'UTC',
};
const UNLIMITED: SessionSettings = {
  idle_in_transaction_session_timeout: '0',
  lock_timeout: '0',
  statement_timeout: '0',
};

/** The settings of every connection of the pool. */
export function requiredSettings({ statementTimeoutMs }: DatabaseSettings): SessionSettings {
  return {
    ...PINNED,
    idle_in_transaction_session_timeout: String(2 * statementTimeoutMs),
    statement_timeout: String(statementTimeoutMs),
  };
}

/** The settings of work without a timeout. */
export function unlimitedSettings(): SessionSettings {
  return { ...PINNED, ...UNLIMITED };
}
