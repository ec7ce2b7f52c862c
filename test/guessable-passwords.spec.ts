import type { Answer, ProblemBody } from './support/api';
import { PASSWORD, startApp, type TestApp } from './support/app';
import { expectProblem, violations } from './support/problem';
import { writtenBy } from './support/written';

const OWNER = { email: 'zibber.quandt@example.com', displayName: 'Zibber Quandtovic' };

let app: TestApp;
let people = 0;

beforeAll(async () => {
  const env = { PASSWORD_MIN_LENGTH: '8', APP_NAME: 'Vaultkeep' };
  app = await startApp({ estimates: true, env });
});

afterAll(async () => app.close());

const post = async (route: string, json: unknown, token?: string): Promise<Answer<ProblemBody>> =>
  app.api.post<ProblemBody>(`/v1/auth/${route}`, token === undefined ? { json } : { json, token });
const statusOfSignIn = async (email: string, password: string) =>
  (await post('login', { email, password })).status;

/** Rows of passwords. */
const passwords = (...rows: string[]) => rows.flatMap((row) => row.split(' | '));

describe('signing up with a password', () => {
  const expectRefused = async (password: string, code: string, owner = OWNER) => {
    const before = await writtenBy(app);
    const answer = await post('register', { ...owner, password });
    expect(violations(answer)).toEqual({ '/password': code });
    expectProblem(answer, 422, 'validation-failed');
    expect(await writtenBy(app)).toEqual(before);
  };

  it.each(['', ...'pas 1 aaaaaaa qmzufhl 🦦🍊🏮🧵🪁🌵🥁'.split(' '), 'é'.normalize('NFD').repeat(7)])(
    'that is too short is refused: %j',
    async (password) => expectRefused(password, password === '' ? 'passphrase' : 'password-too-short'),
  );

  it.each(
    passwords(
      'password | Password | PASSWORD | p@ssw0rd | passw0rd | drowssap | 12345678 | qwerty123',
      'iloveyou | sunshine | princess | football | trustno1 | superman | starwars | letmein1 | abc12345',
      '11111111 | asdfghjk | dragon12 | 1qaz2wsx3edc4rfv | 1QAZ2WSX3EDC4RFV | passwordpassword',
      'PasswordPassword | 123456789987654321 | 1234567890qwerty | qwertyuiop12345',
    ),
  )('that many people have is refused: %j', async (password) => expectRefused(password, 'password-common'));

  it.each([
    ...passwords(
      '87654321 | 123456789012345 | 12345678901234567890 | 987654321098765 | passwordpassword! | P@ssw0rdP@ssw0rd',
      'p455w0rdp455w0rd | Password123456789! | password12345678 | changemechangeme | qwertyuiopasdfgh',
      'QwertyUiopAsdfgh | qwertyuiop[]asdfgh | zxcvbnmasdfghjkl | azertyuiopqsdfgh | poiuytrewqlkjhg',
      '1q2w3e4r5t6y7u8i | qazwsxqazwsxqazwsx | abcdefghijklmnop | zyxwvutsrqponmlk | aaaaaaaaaaaaaaa',
      'aaaaaaaaaaaaaaab | AAAAAAAAAAAAAAAA | !!!!!!!!!!!!!!!! | abcabcabcabcabc | 121212121212121',
      '000000000000000 | 1990-12-241990-12-24 | 24121990 24121990 | 1990-01-01 1991',
      '19841984198419841984 | abcd1234abcd1234 | iloveyouiloveyou | administrator123',
      'Monday Tuesday Wednesday | one two three four five | football football | Welcome2024Welcome',
    ),
    ' '.repeat(20),
    '🦦'.repeat(15),
    '密码'.repeat(8),
    'a'.repeat(128),
    'ab'.repeat(64),
    'abcdefghijklmnopqrstuvwxyz'.repeat(4),
  ])('that is easy to guess is refused: %j', async (password) =>
    expectRefused(password, 'password-guessable'),
  );

  it.each([
    '1234567890'.repeat(12),
    'letmein'.repeat(18),
    'iloveyou '.repeat(14),
    '01/01/1990'.repeat(12),
    'qwertyuiopasdfghjklzxcvbnm'.repeat(4),
  ])('that repeats little over a great length is refused: %j', async (password) =>
    expectRefused(password, 'password-guessable'),
  );

  it.each([
    ...passwords(
      'zibber.quandt99 | ZIBBER.QUANDT99 | zibberquandt2024! | tdnauq.rebbiz99 | z1bb3r.qu4ndt99',
      'Zibber Quandtovic | zibber quandtovic 12 | zibberquandtovic | ZibberQuandtovic1990',
      'vaultkeep-vaultkeep | Vaultkeep2024Vaultkeep | vaultkeep zibber | quandt.zibber.1',
      'Quandt, Zibber 7',
    ),
    OWNER.email,
    OWNER.email.toUpperCase(),
    `${OWNER.email}1`,
    `!!${OWNER.email}!!`,
    OWNER.email.repeat(5),
    'vaultkeep'.repeat(14),
    'Vaultkeep '.repeat(12),
  ])('that is made of what is known of the user is refused: %j', async (password) =>
    expectRefused(password, 'password-personal'),
  );

  it.each([
    'vaultkeepvaultkeep',
    'VaultkeepVaultkeep',
    'vaultkeep123456',
    'VAULTKEEP!!!!!!',
    'v4ultk33pv4ultk33p',
  ])('that is made of the name of the application is refused: %j', async (password) => {
    const { status, body } = await post('register', { ...OWNER, password });
    expect(status).toBe(422);
    expect(body.errors?.map(({ code }) => code).join()).toMatch(/^password-(personal|guessable)$/);
  });

  it.each([
    ...passwords(
      'nine calm badgers on a ferry | Kein Wal frisst Zimtsterne | un pingouin mange la lune',
      'quiet lynx, 9 drums | hunter2 hates mondays | lamp ocean fig tundra | constructor of lanterns',
      'qmzufhlwbnvxtoa | 849302751640283 | xK9#mQ2$vL5@nR8 | e3b0c44298fc1c149afb',
      '   spaces   around   it    | щука 鯉 ψάρι مرجان | выдра пьёт кисель ночью | 獺が夜に提灯を三つ投げて笑った話',
      '수달이 밤에 등불을 던진다네 정말 | ثعلب يعزف على الكمان ليلا | कछुआ रात में सितार बजाता',
      'βίδρα που παίζει ακορντεόν | Zoë frühstückt Öl | 🦦🍊🏮🧵🪁🌵🥁🧭🪗🦔🛶🎏🧊🍉🪶 | __proto__ of lanterns',
      'zibber juggles seven lanterns | my dog ate the vaultkeep manual',
    ),
    PASSWORD,
    'tabs\tand\nlines\r, too',
    'nul\0in the middle of it',
    `${'a'.repeat(64)}teal otters juggle`,
    'teal otters juggle 7 lanterns; '.repeat(5).slice(0, 128),
    `${'🦦'.repeat(40)}🍊🏮🧵🪁🌵🥁🧭🪗🦔🛶`,
  ])('that is hard to guess is taken: %j', async (password) => {
    const email = `holder-${++people}@example.com`;
    expect(violations(await post('register', { ...OWNER, email, password }))).toEqual({});
    expect(await statusOfSignIn(email, password)).toBe(200);
  });

  it('made of a name is taken from somebody who has another', async () => {
    const password = 'zibberquandtovic 12';
    await expectRefused(password, 'password-personal');
    await expectRefused(password, 'password-personal', { ...OWNER, email: 'somebody@example.com' });
    const email = `holder-${++people}@example.com`;
    expect((await post('register', { email, displayName: 'Ada', password })).status).toBe(202);
    expect((await post('register', { email: `other-${email}`, password })).status).toBe(202);
  });

  it('is judged in the form in which it is kept', async () => {
    const owner = { email: 'somebody@example.com', displayName: 'Zoë Ångström' };
    for (const form of ['NFC', 'NFD'])
      await expectRefused(`${owner.displayName} 12`.normalize(form), 'password-personal', owner);
  });
});
