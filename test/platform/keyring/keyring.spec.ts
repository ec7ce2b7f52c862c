import { randomBytes } from 'node:crypto';
import type { TestingModule } from '@nestjs/testing';
import type { Variables } from '../../../src/platform/config';
import { Database } from '../../../src/platform/database';
import { Keyring, KeyringModule } from '../../../src/platform/keyring';
import { SigningKeys } from '../../../src/tokens/signing-keys';
import { TEST_ENVIRONMENT } from '../../support/app';
import { startContext } from '../../support/context';
import { createDatabase, type TestDatabase } from '../../support/database';
import { inParallel } from '../../support/parallel';
import { sharedApp } from '../../support/shared-app';

const PURPOSES = ['audit', 'device', 'links', 'passwords', 'refresh'];
const SECRET = Buffer.from(TEST_ENVIRONMENT.AUTH_SECRET ?? '', 'hex');

const secretsOf = async (keyring: Keyring) =>
  Promise.all(PURPOSES.map(async (purpose) => keyring.secretFor(purpose)));

describe('the keyring of the application', () => {
  it('keeps nothing readable in its table', async () => {
    const app = await sharedApp();
    const [{ dump } = { dump: '' }] = await app.query<{ dump: string }>(
      `SELECT string_agg(concat_ws(' ', id, purpose, algorithm, wrapped_by, encode(wrapped, 'hex')), ' ') AS dump FROM keys`,
    );
    const secrets = await secretsOf(app.nest.get(Keyring));
    const signing = app.nest.get(SigningKeys).all.map(({ privateKey }) => {
      const { d = '' } = privateKey.export({ format: 'jwk' });
      return Buffer.from(d, 'base64url');
    });
    const keys = [...secrets.map(({ material }) => material), ...signing];
    expect(new Set(keys.map(({ length }) => length))).toEqual(new Set([32]));
    for (const key of [...keys, SECRET]) {
      for (const encoding of ['hex', 'base64', 'base64url', 'latin1'] as const) {
        expect(dump).not.toContain(key.toString(encoding).slice(0, 12));
      }
    }
    for (const purpose of [...PURPOSES, 'signing']) expect(dump).toContain(purpose);
  });
});

describe('the keyring of a database', () => {
  let database: TestDatabase;
  let context: TestingModule;
  let keyring: Keyring;
  const others: TestingModule[] = [];

  beforeAll(async () => {
    database = await createDatabase();
    context = await startContext({ imports: [KeyringModule], databaseUrl: database.url });
    keyring = context.get(Keyring);
  });

  afterEach(async () => {
    for (const other of others.splice(0)) await other.close();
  });

  afterAll(async () => {
    await context.close();
    await database.drop();
  });

  async function startAnother(env: Variables = {}): Promise<Keyring> {
    const other = await startContext({ imports: [KeyringModule], databaseUrl: database.url, env });
    others.push(other);
    return other.get(Keyring);
  }

  const query = async (text: string) => context.get(Database).query({ text });

  it('has the same keys for all that make them at once', async () => {
    const keyrings = [keyring, ...(await inParallel(2, async () => startAnother()))];
    const [first, ...rest] = await Promise.all(keyrings.map(secretsOf));
    for (const secrets of rest) expect(secrets).toEqual(first);
    const counts = await query('SELECT purpose, count(*)::int FROM keys GROUP BY purpose ORDER BY purpose');
    expect(counts).toEqual(PURPOSES.map((purpose) => ({ purpose, count: 1 })));
  });

  it.each([
    ['', undefined],
    [' in its other spelling', SECRET.toString('base64url')],
  ])('has the same keys after a start with the same secret%s', async (_, AUTH_SECRET) => {
    const again = await startAnother(AUTH_SECRET === undefined ? {} : { AUTH_SECRET });
    expect(await secretsOf(again)).toEqual(await secretsOf(keyring));
  });

  it('refuses a start with another AUTH_SECRET, says what to do, and changes nothing', async () => {
    const rows = await query('SELECT * FROM keys ORDER BY id');
    const AUTH_SECRET = randomBytes(32).toString('hex');
    const refusal = await startAnother({ AUTH_SECRET }).then(
      () => 'started',
      (error: Error) => error.message,
    );
    expect(refusal).toMatch(
      /AUTH_SECRET does not open the keys.*\n.*AUTH_SECRETS_RETIRED.*\n.*last used with/,
    );
    expect(refusal).not.toContain(AUTH_SECRET.slice(0, 8));
    expect(await query('SELECT * FROM keys ORDER BY id')).toEqual(rows);
  });

  describe('opens a key', () => {
    const open = async (purpose: string) => {
      const make = () => ({ id: `${purpose}-key`, material: randomBytes(32) });
      const algorithm = purpose === 'signing' ? 'ES256' : 'HS256';
      return keyring.keysFor({ purpose, algorithm, make });
    };

    async function openAll(): Promise<number[]> {
      const counts = [];
      for (const purpose of [...PURPOSES, 'signing']) counts.push((await open(purpose)).length);
      return counts;
    }

    beforeAll(async () => {
      await openAll();
      await query('CREATE TABLE keys_before AS TABLE keys');
    });

    afterEach(async () => {
      await query('TRUNCATE keys');
      await query('INSERT INTO keys TABLE keys_before');
    });

    it('that is as it was written', async () => {
      expect(await openAll()).toEqual([1, 1, 1, 1, 1, 1]);
    });

    it.each([
      [
        'another key is in its place',
        `UPDATE keys k SET wrapped = o.wrapped FROM keys o WHERE o.purpose = 'passwords' AND k.purpose = 'refresh'`,
      ],
      [
        'its purpose was changed',
        `UPDATE keys SET purpose = CASE purpose WHEN 'refresh' THEN 'passwords' ELSE 'refresh' END WHERE purpose IN ('refresh', 'passwords')`,
      ],
      ['its id was changed', `UPDATE keys SET id = 'other' WHERE purpose = 'refresh'`],
      ['its algorithm was changed', `UPDATE keys SET algorithm = 'RS256' WHERE purpose = 'signing'`],
      [
        'a byte of it was changed',
        `UPDATE keys SET wrapped = set_byte(wrapped, 20, get_byte(wrapped, 20) # 1) WHERE purpose = 'signing'`,
      ],
    ])('not where %s', async (_, statement) => {
      await query(statement);
      await expect(openAll()).rejects.toThrow(/was altered/);
    });
  });
});
