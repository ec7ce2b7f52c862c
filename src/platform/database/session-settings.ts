import type { DatabaseSettings } from './database.settings';

/** By the names and in the units of `pg_settings`. */
export type SessionSettings = Readonly<Record<string, string>>;

/** What statements and the driver rely on, whatever the server, the database or the role defaults to. */
const PINNED: SessionSettings = {
  bytea_output: 'hex',
  datestyle: 'ISO, MDY',
  // The statements that wait for a row and then judge it are written for this level.
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

/** What holds for every statement of the pool. */
export function requiredSettings({ statementTimeoutMs }: DatabaseSettings): SessionSettings {
  return {
    ...PINNED,
    idle_in_transaction_session_timeout: String(2 * statementTimeoutMs),
    statement_timeout: String(statementTimeoutMs),
  };
}

/** For work that may take any time. */
export function unlimitedSettings(): SessionSettings {
  return { ...PINNED, ...UNLIMITED };
}
