import { DataSource } from 'typeorm';
import { Environment } from '../../src/platform/config';
import { connectionOptions } from '../../src/platform/database/connect';
import { DatabaseSettings } from '../../src/platform/database/database.settings';
import { type Answers, startRogue } from '../support/rogue-server';
import { ServerConnection } from '../../src/platform/embedded-postgres/server-connection';

describe('a rogue server on the port', () => {
  const SASL = ['R', 10, 'SCRAM-SHA-256\0\0'] as const;
  const READY = ['Z', 'I'] as const;
  const rogues: Record<string, Answers> = {
    'asks for the password in clear': [['R', 3]],
    'asks for its MD5': [['R', 5, 'salt']],
    'asks for nothing': [['R', 0], READY],
    'skips the welcome too': [READY],
    'asks for SCRAM, then for the password in clear': [SASL, ['R', 3]],
    'makes its signature up': [SASL, ['R', 12, 'v=AAAA'], ['R', 0], READY],
  };
  const password = 'the-password';
  const secrets = /the-password|md5[0-9a-f]{32}|select/i;

  for (const [what, said] of Object.entries(rogues)) {
    test(`that ${what} gets neither password nor query`, async () => {
      const rogue = await startRogue(said);
      const url = `postgres://gatehouse:${password}@127.0.0.1:${rogue.port}/gatehouse`;
      const embedded = new DatabaseSettings(new Environment({ EMBEDDED_DATABASE: 'true' }));
      const pool = new DataSource(connectionOptions(url, embedded, []));
      await expect(ServerConnection.open(rogue.port, password)).rejects.toThrow(/SCRAM|SASL/);
      await expect(pool.initialize()).rejects.toThrow(/SCRAM|SASL/);
      rogue.stop();
      expect(rogue.heard()).not.toMatch(secrets);
    });
  }
});
