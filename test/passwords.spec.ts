import { BcryptPool } from '../src/passwords/bcrypt-pool';
import type { ProblemBody } from './support/api';
import { PASSWORD, startApp, type TestApp } from './support/app';

const EMOJI = [
  '🦦',
  '🍊',
  '🏮',
  '🧵',
  '🪁',
  '🌵',
  '🥁',
  '🧭',
  '🪗',
  '🦔',
  '🛶',
  '🎏',
  '🧊',
  '🍉',
  '🪶',
  '🐙',
];

let app: TestApp;
let people = 0;

beforeAll(async () => {
  app = await startApp();
});

afterAll(async () => app.close());

/** So many characters; `unit` repeats to the length. */
const characters = (count: number, unit: readonly string[] = Array.from('quiet lynx, 9 drums; ')) =>
  Array.from({ length: count }, (_, index) => unit[index % unit.length]).join('');

async function register(password: string) {
  const email = `holder-${++people}@example.com`;
  const answer = await app.api.post<ProblemBody>('/v1/auth/register', { json: { email, password } });
  return { email, ...answer };
}

const logIn = async (json: object) => (await app.api.post('/v1/auth/login', { json })).status;

describe('a password', () => {
  afterEach(() => jest.restoreAllMocks());

  it.each([
    ['14 characters', characters(14), 'password-too-short'],
    ['14 emoji, 28 in UTF-16', characters(14, EMOJI), 'password-too-short'],
    ['14 letters that came with their accents apart', 'é'.normalize('NFD').repeat(14), 'password-too-short'],
    ['129 characters', characters(129), 'passphrase'],
    ['129 emoji', characters(129, EMOJI), 'passphrase'],
    ['60,000 characters', characters(60_000), 'passphrase'],
    ['nothing', '', 'passphrase'],
    ['half a surrogate pair', `${PASSWORD}\ud83e`, 'passphrase'],
  ])('of %s is refused before any hashing', async (_, password, code) => {
    const pool = app.nest.get(BcryptPool);
    const [hash, compare] = [jest.spyOn(pool, 'hash'), jest.spyOn(pool, 'compare')];
    const { status, body, email } = await register(password);
    expect(status).toBe(422);
    expect(body.errors).toMatchObject([{ pointer: '/password', code }]);
    if (code === 'passphrase') expect(await logIn({ email, password })).toBe(422);
    expect([hash, compare].map(({ mock }) => mock.calls.length)).toEqual([0, 0]);
  });

  it.each([
    ['15 characters', characters(15)],
    ['15 emoji', characters(15, EMOJI)],
    ['64 characters', characters(64)],
    ['128 characters', characters(128)],
    ['128 emoji, 512 bytes', characters(128, EMOJI)],
    ['128 letters that came with their accents apart', 'é'.normalize('NFD').repeat(128)],
    ['digits alone', '849302751640283'],
    ['small letters alone', 'qmzufhlwbnvxtoa'],
    ['words and spaces', 'nine calm badgers'],
    ['letters of many scripts', 'щука 鯉 ψάρι مرجان'],
    ['control characters', 'tabs\tand\nlines\r, too'],
  ])('of %s works', async (_, password) => {
    const { status, email } = await register(password);
    expect(status).toBe(202);
    expect(await logIn({ email, password })).toBe(200);
  });

  it.each([
    ['composed', 'decomposed', 'NFC', 'NFD'],
    ['decomposed', 'composed', 'NFD', 'NFC'],
  ])('set %s works %s', async (_set, _tried, set, tried) => {
    const password = 'Zoë ate crème brûlée, Å';
    const { email } = await register(password.normalize(set));
    expect(await logIn({ email, password: password.normalize(tried) })).toBe(200);
  });

  const long = characters(80);
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
    const { email } = await register(password);
    expect(await logIn({ email, password: other })).toBe(401);
    expect(await logIn({ email, password })).toBe(200);
  });

  it('does not expire', async () => {
    const { email } = await register(PASSWORD);
    app.clock.advance({ days: 4_000 });
    expect(await logIn({ email, password: PASSWORD })).toBe(200);
  });
});
