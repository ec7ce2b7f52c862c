import { BcryptPool } from '../../src/passwords/bcrypt-pool';
import type { ProblemBody } from '../support/api';
import { PASSWORD, type TestApp } from '../support/app';
import { newAddress } from '../support/registrations';
import { sharedApp } from '../support/shared-app';

const EMOJI = Array.from('🦦🍊🏮🧵🪁🌵🥁🧭🪗🦔🛶🎏🧊🍉🪶🐙');

let app: TestApp;

beforeAll(async () => {
  app = await sharedApp();
});

/** So many characters; `unit` repeats to the length. */
const characters = (count: number, unit: readonly string[] = Array.from('quiet lynx, 9 drums; ')) =>
  Array.from({ length: count }, (_, index) => unit[index % unit.length]).join('');

async function register(password: string) {
  const email = newAddress();
  const answer = await app.api.post<ProblemBody>('/v1/auth/register', { json: { email, password } });
  return { email, ...answer };
}

const logIn = async (json: object) => (await app.api.post('/v1/auth/login', { json })).status;

// Lengths and forms: src/passwords/password.spec.ts; which password matches which hash: src/passwords/password-hasher.spec.ts.
describe('a password', () => {
  afterEach(() => jest.restoreAllMocks());

  it.each([
    ['14 characters', characters(14), 'password-too-short'],
    ['14 emoji, 28 in UTF-16', characters(14, EMOJI), 'password-too-short'],
    ['14 letters that came with their accents apart', 'é'.normalize('NFD').repeat(14), 'password-too-short'],
    ['129 emoji', characters(129, EMOJI), 'passphrase'],
    ['60,000 characters', characters(60_000), 'passphrase'],
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
    ['128 emoji, 512 bytes', characters(128, EMOJI)],
    ['128 letters that came with their accents apart', 'é'.normalize('NFD').repeat(128)],
    ['digits alone', '849302751640283'],
    ['letters of many scripts', 'щука 鯉 ψάρι مرجان'],
    ['control characters', 'tabs\tand\nlines\r, too'],
  ])('of %s works', async (_, password) => {
    const { status, email } = await register(password);
    expect(status).toBe(202);
    expect(await logIn({ email, password })).toBe(200);
  });

  it('set in one Unicode form works in another', async () => {
    const password = 'Zoë ate crème brûlée, Å';
    for (const [set, tried] of [
      ['NFC', 'NFD'],
      ['NFD', 'NFC'],
    ]) {
      const { email } = await app.someone({ password: password.normalize(set) });
      expect(await logIn({ email, password: password.normalize(tried) })).toBe(200);
    }
  });

  it('counts to its last byte, after NUL as well', async () => {
    const long = characters(80);
    for (const [password, other] of [
      [long, long.slice(0, 79)],
      ['quiet lynx, 9 drums\0!', 'quiet lynx, 9 drums\0?'],
    ]) {
      const { email } = await app.someone({ password: password ?? '' });
      expect(await logIn({ email, password: other })).toBe(401);
      expect(await logIn({ email, password })).toBe(200);
    }
  });

  it('does not expire', async () => {
    const { email } = await app.someone();
    await app.query(
      `UPDATE credentials SET changed_at = changed_at - interval '4000 days' FROM users WHERE id = user_id AND email = $1`,
      [email],
    );
    expect(await logIn({ email, password: PASSWORD })).toBe(200);
  });
});
