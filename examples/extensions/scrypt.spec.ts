import crypto, { scryptSync } from 'node:crypto';
import { hashSync } from 'bcryptjs';
import { type PasswordAlgorithm, PasswordSettings } from '../../src/passwords';
import { BcryptPool } from '../../src/passwords/bcrypt-pool';
import { ConfiguredAlgorithm } from '../../src/passwords/password-algorithm';
import { PasswordHasher } from '../../src/passwords/password-hasher';
import { PasswordHashesDoctorCheck } from '../../src/passwords/passwords.doctor';
import type { Extensions } from '../../src/platform/extensions';
import { Keyring } from '../../src/platform/keyring';
import { type Person, startApp, type TestApp } from '../../test/support/app';
import { Scrypt, ScryptModule } from './scrypt';

const KEYED = /^\$gatehouse\$k=[\w-]+\$scrypt\$ln=10,r=8,p=1\$[\w-]{22}\$[\w-]{43}$/;

const NONE_ADDED = new ConfiguredAlgorithm({ of: () => [] } as unknown as Extensions);

describe('passwords hashed by a module', () => {
  let app: TestApp;
  /** Hashes and verifies as the application does without the module. */
  let before: PasswordHasher;

  beforeAll(async () => {
    app = await startApp({ env: { SCRYPT_COST: '10' }, modules: [ScryptModule] });
    before = new PasswordHasher(app.nest.get(BcryptPool), app.nest.get(Keyring), settings(), NONE_ADDED);
    await before.onModuleInit();
  });

  afterEach(() => jest.restoreAllMocks());

  afterAll(async () => app.close());

  const settings = () => app.nest.get(PasswordSettings);

  const logIn = async ({ email, password }: Person) =>
    (await app.api.post('/v1/auth/login', { json: { email, password } })).status;

  const hashOf = async ({ email }: Person) => {
    const [row] = await app.query<{ hash: string }>(
      'SELECT hash FROM credentials JOIN users ON id = user_id WHERE email = $1',
      [email],
    );
    return row?.hash ?? '';
  };

  const giveHash = async ({ email }: Person, hash: string) =>
    app.query('UPDATE credentials SET hash = $2 FROM users WHERE id = user_id AND email = $1', [email, hash]);

  /** A user with a hash of the time before the module. */
  const someoneBefore = async () => {
    const person = await app.someone();
    await giveHash(person, await before.hash(person.password));
    return person;
  };

  it('have its own format, over the keyed digest, and are accepted at sign-in', async () => {
    const ada = await app.registers();
    const hash = await hashOf(ada);
    expect(hash).toMatch(KEYED);
    const [, , , , , salt = '', key = ''] = hash.split('$');
    const bare = scryptSync(ada.password, Buffer.from(salt, 'base64url'), 32, {
      N: 2 ** 10,
    });
    expect(bare.toString('base64url')).not.toBe(key);
    expect(await logIn(ada)).toBe(200);
    expect(await logIn({ ...ada, password: `${ada.password}.` })).toBe(401);
    expect(await hashOf(ada)).toBe(hash);
  });

  it('replace bcrypt hashes when their owners sign in', async () => {
    const bob = await someoneBefore();
    expect(await hashOf(bob)).toMatch(/\$2b\$04\$/);
    expect(await logIn({ ...bob, password: 'not his password at all' })).toBe(401);
    expect(await hashOf(bob)).toMatch(/\$2b\$04\$/);
    expect(await logIn(bob)).toBe(200);
    expect(await hashOf(bob)).toMatch(KEYED);
    expect(await logIn(bob)).toBe(200);
  });

  it('keep an imported hash that matches more than the password', async () => {
    const eve = await app.someone({ password: `${'long '.repeat(20)}password` });
    const imported = hashSync(eve.password, 4);
    await giveHash(eve, imported);
    expect(await logIn(eve)).toBe(200);
    expect(await hashOf(eve)).toBe(imported);
  });

  it('are hashed again when their parameters are outdated', async () => {
    const hashing = jest.spyOn(app.nest.get(Scrypt), 'hash');
    const carol = await app.registers();
    const digest = hashing.mock.calls[0]?.[0] ?? '';
    const [, gatehouse, key] = (await hashOf(carol)).split('$');
    const former = scryptSync(digest, Buffer.alloc(16), 32, { N: 2 ** 9 }).toString('base64url');
    const stored = `$${gatehouse}$${key}$scrypt$ln=9,r=8,p=1$${'A'.repeat(22)}$${former}`;
    await giveHash(carol, stored);
    expect(await logIn({ ...carol, password: 'not her password at all' })).toBe(401);
    expect(await hashOf(carol)).toBe(stored);
    expect(await logIn(carol)).toBe(200);
    expect(await hashOf(carol)).toMatch(KEYED);
  });

  it('take the same work for every account, whether correct or wrong', async () => {
    const [scrypt, bcrypt] = [app.nest.get(Scrypt), app.nest.get(BcryptPool)];
    const [own, foreign] = [await app.registers(), await someoneBefore()];
    const checks = jest.spyOn(scrypt, 'check');
    const compares = jest.spyOn(bcrypt, 'compare');
    const wrong = 'not the password of anybody';
    const people = [
      { ...own, password: wrong },
      { ...foreign, password: wrong },
      { email: 'unknown@example.com', password: wrong },
      own,
    ];
    const work = [];
    for (const person of people) {
      await logIn(person);
      const compared = compares.mock.calls.map(([attempts, decoys]) => [attempts.length, decoys.length]);
      work.push([checks.mock.calls.length, compared]);
      checks.mockClear();
      compares.mockClear();
    }
    expect(work).toEqual(people.map(() => [1, [[1, 0]]]));
  });

  it('take no less work when their parameters are outdated', async () => {
    const scrypt = app.nest.get(Scrypt);
    const derived = jest.spyOn(crypto, 'scrypt');
    const workOf = async (hash: string | null) => {
      derived.mockClear();
      expect(await scrypt.check('a digest', hash)).toBe(false);
      return derived.mock.calls.reduce((sum, [, , , options]) => sum + (options as { N: number }).N, 0);
    };
    const hash = (cost: number) => `$scrypt$ln=${cost},r=8,p=1$${'A'.repeat(22)}$${'A'.repeat(43)}`;
    expect(await workOf(hash(10))).toBe(2 ** 10);
    expect(await workOf(hash(8))).toBe(2 ** 10);
    expect(await workOf(null)).toBe(2 ** 10);
  });

  it('are refused with 503 when too many hashes wait', async () => {
    const scrypt = app.nest.get(Scrypt);
    const outcomes = await Promise.allSettled(
      Array.from({ length: 40 }, async () => scrypt.hash('a digest')),
    );
    const refused = outcomes.filter(({ status }) => status === 'rejected');
    expect(refused).toHaveLength(24);
    expect(refused[0]).toMatchObject({ reason: { code: 'unavailable' } });
  });

  it.each<[string, Partial<PasswordAlgorithm>]>([
    ['takes everything for its own', { understands: () => true }],
    ['says yes to everything', { check: async () => true }],
  ])('never match with an algorithm that %s', async (_, oddness) => {
    const scrypt = app.nest.get(Scrypt);
    const foreign = await someoneBefore();
    Object.assign(scrypt, oddness);
    try {
      expect(await logIn({ ...foreign, password: 'not the password of anybody' })).toBe(401);
      expect(await logIn({ email: 'unknown@example.com', password: 'whatever it is' })).toBe(401);
      expect(await logIn(foreign)).toBe(200);
    } finally {
      for (const name of Object.keys(oddness)) Reflect.deleteProperty(scrypt, name);
    }
  });

  it('are not stored in a format that cannot be read back', async () => {
    jest.spyOn(app.nest.get(Scrypt), 'hash').mockResolvedValue('sloppy');
    const json = { email: 'sloppy@example.com', password: 'teal otters juggle 7 lanterns' };
    expect((await app.api.post('/v1/auth/register', { json })).status).toBe(500);
  });

  it('are reported by the doctor without any password', async () => {
    await someoneBefore();
    const findings = await app.nest.get(PasswordHashesDoctorCheck).check();
    const told = findings.map(({ level, message }) => `${level}: ${message}`);
    expect(told).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^ok: \d+ keyed hashes of scrypt$/),
        expect.stringMatching(/^warning: \d+ keyed hashes at bcrypt cost 4, below the current settings$/),
      ]),
    );
    expect(JSON.stringify(findings)).not.toContain('$');
    const without = new PasswordHashesDoctorCheck(
      app.database,
      app.nest.get(Keyring),
      settings(),
      NONE_ADDED,
    );
    expect(await without.check()).toContainEqual(expect.objectContaining({ level: 'fault' }));
  });
});
