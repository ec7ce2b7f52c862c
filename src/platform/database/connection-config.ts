import { Client, type ClientConfig } from 'pg';
import type { DatabaseSettings } from './database.settings';
import { ScramClient } from '../embedded-postgres';
import { closeWhenSilent, OpenConnections } from './open-connections';
import { requiredSettings, type SessionSettings, unlimitedSettings } from './session-settings';
import { statelessClient } from './stateless-client';

/** How a connection is opened and prepared before its first use. */
export interface ConnectionConfig extends ClientConfig {
  readonly Client: new (config: ClientConfig) => Client;
  readonly onConnect: (client: Client) => Promise<void>;
}

/** Parameters of a URL that the driver reads as session settings or timeouts. */
const OVERRIDES = [
  'client_encoding',
  'idle_in_transaction_session_timeout',
  'options',
  'query_timeout',
  'replication',
  'statement_timeout',
];

interface Plan {
  readonly url: string;
  readonly pooling: DatabaseSettings['pooling'];
  readonly session: SessionSettings;
  /** The longest wait for a response, in milliseconds; 0: unlimited. */
  readonly silenceMs: number;
}

/** The connections of the pool. */
export function pooledConnection(url: string, settings: DatabaseSettings): ConnectionConfig {
  const { pooling, silenceTimeoutMs: silenceMs } = settings;
  return configOf({ url, pooling, session: requiredSettings(settings), silenceMs }, settings);
}

/** A connection beside the pool, to `DATABASE_DIRECT_URL` where that is set. */
export function directConnection(url: string, settings: DatabaseSettings): ConnectionConfig {
  const { silenceTimeoutMs: silenceMs } = settings;
  return configOf({ ...directly(url, settings), session: requiredSettings(settings), silenceMs }, settings);
}

/** The same without timeouts: for migrations, and the wait for those of another instance. */
export function unlimitedConnection(url: string, settings: DatabaseSettings): ConnectionConfig {
  return configOf({ ...directly(url, settings), session: unlimitedSettings(), silenceMs: 0 }, settings);
}

function directly(url: string, { directUrl, pooling }: DatabaseSettings): Pick<Plan, 'url' | 'pooling'> {
  return directUrl ? { url: directUrl, pooling: 'session' } : { url, pooling };
}

function configOf({ url, pooling, session, silenceMs }: Plan, settings: DatabaseSettings): ConnectionConfig {
  const { connectionString, options } = partsOf(url);
  const assignments = Object.entries(session);
  const live = new OpenConnections();
  const onConnect = async (client: Client) => {
    closeWhenSilent(silenceMs, client);
    live.add(client);
    // Not as parameters of the connection, because a pooler accepts none.
    if (pooling === 'session') await client.query(statementsOf('SET', assignments));
  };
  const stateless = pooling === 'transaction' && statelessClient(statementsOf('SET LOCAL', assignments));
  return {
    connectionString,
    keepAlive: true,
    connectionTimeoutMillis: settings.connectTimeoutMs,
    options,
    Client: stateless || (settings.url === undefined ? ScramClient : Client),
    onConnect,
  };
}

/** The URL without the parameters that would override the session, and its `options`, which may set a team's `search_path`. */
function partsOf(raw: string): { readonly connectionString: string; readonly options: string } {
  const url = new URL(raw);
  const options = url.searchParams.get('options') ?? '';
  for (const name of OVERRIDES) url.searchParams.delete(name);
  return { connectionString: url.href, options };
}

function statementsOf(verb: string, assignments: readonly (readonly [string, string])[]): string {
  return assignments.map(([name, value]) => `${verb} ${name} = '${value}'`).join('; ');
}
