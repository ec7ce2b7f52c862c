import { compareSync, hashSync } from 'bcryptjs';
import type { Keyring } from '../platform/keyring';
import type { BcryptPool, BcryptComparison } from './bcrypt-pool';
import type { ConfiguredAlgorithm } from './password-algorithm';
import { PasswordHasher } from './password-hasher';
import type { PasswordSettings } from './password.settings';

const PASSWORD = 'teal otters juggle 7 lanterns';
const OTHER = 'teal otters juggle 8 lanterns';
const KEY = { id: 'key', algorithm: 'HS256', material: Buffer.alloc(32, 7), createdAt: new Date(0) };
const NO_MATCH = { matches: false, outdated: false };

/** The bcrypt rounds of the last check. */
let rounds = 0;

const roundsOf = (comparisons: readonly BcryptComparison[]) =>
  comparisons.reduce((sum, { hash }) => sum + 2 ** Number(hash.split('$')[2]), 0);

/** Hashes in this thread, at a cost as low as bcrypt has. */
async function hasherOf({ cost = 4, key = KEY } = {}): Promise<PasswordHasher> {
  const pool = {
    hash: async (text: string, ofCost: number) => hashSync(text, ofCost),
    compare: async (attempts: readonly BcryptComparison[], decoys: readonly BcryptComparison[]) => {
      rounds = roundsOf(attempts) + roundsOf(decoys);
      return attempts.map(({ text, hash }) => compareSync(text, hash));
    },
  } as unknown as BcryptPool;
  const keyring = { secretFor: async () => key } as unknown as Keyring;
  const none = { current: undefined, acceptsBcrypt: true } as ConfiguredAlgorithm;
  const hasher = new PasswordHasher(pool, keyring, { cost } as PasswordSettings, none);
  await hasher.onModuleInit();
  return hasher;
}

/** bcryptjs writes `$2b$`; the three prefixes name one algorithm. */
const plain = (password: string, prefix = '$2b$', cost = 4) =>
  hashSync(password, cost).replace('$2b$', prefix);

describe('a password', () => {
  let hasher: PasswordHasher;

  beforeAll(async () => {
    hasher = await hasherOf();
  });

  const long = 'quiet lynx, 9 drums; '.repeat(4).slice(0, 80);
  it.each([
    ['a character after its 72nd byte', long, `${long.slice(0, 76)}#${long.slice(77)}`],
    ['what follows its 72nd byte', long, long.slice(0, 72)],
    ['a character after NUL', 'quiet\0lynx, 9 drums', 'quiet\0lynx, 9 drumz'],
    ['everything after NUL', 'quiet lynx, 9 drums\0!', 'quiet lynx, 9 drums\0?'],
    ['NUL at its end', 'quiet lynx, 9 drums', 'quiet lynx, 9 drums\0'],
    ['a space at its end', 'quiet lynx, 9 drums ', 'quiet lynx, 9 drums'],
    ['a space before it', 'quiet lynx, 9 drums', ' quiet lynx, 9 drums'],
    ['case', 'quiet lynx, 9 drums', 'quiet Lynx, 9 drums'],
    ['an accent', 'quiet lynx, 9 drums', 'quiét lynx, 9 drums'],
    ['a ligature', 'ﬁfteen quiet lynx', 'fifteen quiet lynx'],
    ['the width of its letters', 'quiet ｌynx, 9 drums', 'quiet lynx, 9 drums'],
  ])('that differs in %s is another password', async (_, password, other) => {
    const hash = await hasher.hash(password);
    expect(await hasher.check(other, hash)).toEqual(NO_MATCH);
    expect(await hasher.check(password, hash)).toEqual({ matches: true, outdated: false });
  });

  it.each([
    ['NFC', 'NFD'],
    ['NFD', 'NFC'],
  ])('set in %s matches in %s', async (set, tried) => {
    const password = 'Zoë ate crème brûlée, Å';
    const hash = await hasher.hash(password.normalize(set));
    expect(await hasher.check(password.normalize(tried), hash)).toMatchObject({ matches: true });
  });

  it('has a keyed hash: no bcrypt of the password alone, and none that another key checks', async () => {
    const hash = await hasher.hash(PASSWORD);
    expect(hash).toMatch(/^\$gatehouse\$k=key\$2b\$04\$[./\w]{53}$/);
    expect(compareSync(PASSWORD, hash.slice(hash.indexOf('$2b$')))).toBe(false);
    const other = await hasherOf({ key: { ...KEY, material: Buffer.alloc(32, 8) } });
    expect(await other.check(PASSWORD, hash)).toEqual(NO_MATCH);
    expect(await hasher.hash(PASSWORD)).not.toBe(hash);
  });

  it.each([
    ['nothing', ''],
    ['words', 'not a hash'],
    ['half a hash', plain(PASSWORD).slice(0, 40)],
    ['an unknown prefix', plain(PASSWORD, '$2x$')],
    ['a cost of 0', plain(PASSWORD).replace('$04$', '$00$')],
    ['a cost of 3', plain(PASSWORD).replace('$04$', '$03$')],
    ['a cost of 99', plain(PASSWORD).replace('$04$', '$99$')],
    ['argon2', '$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaA'],
    ['a key that is gone', `$gatehouse$k=gone${plain(PASSWORD)}`],
    ['a key and nothing more', '$gatehouse$k=gone'],
    ['a keyed cost of 99', `$gatehouse$k=gone${plain(PASSWORD).replace('$04$', '$99$')}`],
    ['the password itself', PASSWORD],
    ['a megabyte', 'x'.repeat(2 ** 20)],
  ])('matches no corrupt hash: %s', async (_, hash) => {
    expect(await hasher.check(PASSWORD, hash)).toEqual(NO_MATCH);
  });
});

describe('a plain bcrypt hash of an older system', () => {
  let hasher: PasswordHasher;

  beforeAll(async () => {
    hasher = await hasherOf();
  });

  it.each(['$2a$', '$2b$', '$2y$'])('with %s matches its password, and is to be replaced', async (prefix) => {
    const hash = plain(PASSWORD, prefix);
    expect(await hasher.check(PASSWORD, hash)).toEqual({ matches: true, outdated: true });
    expect(await hasher.check(OTHER, hash)).toEqual(NO_MATCH);
  });

  it.each(['NFC', 'NFD'])(
    'of a password in %s is tried with the text as received and in NFC',
    async (form) => {
      const password = 'Zoë ate crème brûlée, Å';
      const hash = plain(password.normalize(form));
      expect(await hasher.check(password.normalize('NFD'), hash)).toEqual({ matches: true, outdated: true });
    },
  );

  it.each([
    ['over 72 bytes', 'teal otters juggle 7 lanterns and a very long list of other things to say'],
    ['with NUL', 'teal otters\0juggle 7 lanterns'],
  ])('of a password %s stays: the whole password is stricter than what matched', async (_, password) => {
    expect(await hasher.check(password, plain(password))).toEqual({ matches: true, outdated: false });
  });

  it('of a password of 72 bytes is to be replaced', async () => {
    const password = 'teal otters juggle 7 lanterns '.padEnd(70, 'ab c') + 'é';
    expect(Buffer.byteLength(password)).toBe(72);
    expect(await hasher.check(password, plain(password))).toEqual({ matches: true, outdated: true });
  });
});

describe('a hash of another cost', () => {
  it('is to be replaced where its cost is lower than today, and never where it is higher', async () => {
    const [today, former] = [await hasherOf({ cost: 5 }), await hasherOf({ cost: 4 })];
    const low = await former.hash(PASSWORD);
    expect(await today.check(PASSWORD, low)).toEqual({ matches: true, outdated: true });
    expect(await today.check(OTHER, low)).toEqual(NO_MATCH);
    expect(await former.check(PASSWORD, await today.hash(PASSWORD))).toEqual({
      matches: true,
      outdated: false,
    });
  });
});

describe('the work of a check', () => {
  const COST = 6;

  const keyed = (cost: number, keyId = KEY.id) =>
    `$gatehouse$k=${keyId}${plain('something else', '$2b$', cost)}`;
  const hashes: [string, string | null][] = [
    ['no account', null],
    ['a hash of today', keyed(COST)],
    ['a hash of a lower cost', keyed(4)],
    ['a hash under another key', keyed(COST, 'other')],
    ['a plain $2a$ hash of a lower cost', plain('something else', '$2a$', 4)],
    ['a plain $2b$ hash of a lower cost', plain('something else', '$2b$', 5)],
    ['a plain $2y$ hash of a lower cost', plain('something else', '$2y$', 4)],
    ["a plain hash of today's cost", plain('something else', '$2b$', COST)],
    ['a corrupt hash', 'x'],
  ];

  it.each(hashes)(
    'is that of one check for %s, and of two where the password has two forms',
    async (_, hash) => {
      const hasher = await hasherOf({ cost: COST });
      await hasher.check('a wrong pass phrase', hash);
      expect(rounds).toBe(2 ** COST);
      await hasher.check('cafe\u0301 au lait for two', hash);
      expect(rounds).toBe(2 * 2 ** COST);
    },
  );
});
