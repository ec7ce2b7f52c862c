import type { TestApp } from './app';

interface Named {
  readonly name: string;
}

/** Every row of every table as PostgreSQL writes it; bytes are hex. */
export async function rowsOf(app: TestApp, except: readonly string[] = []): Promise<string> {
  const tables = await app.query<Named>(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
      WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
  );
  const dumps = [];
  for (const { name } of tables.filter((table) => !except.includes(table.name))) {
    const rows = await app.query<{ row: string }>(`SELECT t::text AS row FROM ${name} t`);
    dumps.push(name, ...rows.map(({ row }) => row));
  }
  return dumps.join('\n');
}

/** The files behind them and behind their indexes, where a row that was changed or deleted may still lie. Takes a superuser. */
export async function filesOf(app: TestApp): Promise<Buffer> {
  await app.query('CHECKPOINT');
  const files = await app.query<{ bytes: Buffer }>(
    `SELECT pg_read_binary_file(pg_relation_filepath(oid)) AS bytes FROM pg_class
      WHERE relkind IN ('r', 'i', 't', 'm') AND oid >= 16384`,
  );
  return Buffer.concat(files.map(({ bytes }) => bytes));
}
