import { PASSWORD } from './app';

/** Who chooses the passwords of these tables, for an application of that name. */
export const OWNER = { email: 'zibber.quandt@example.com', displayName: 'Zibber Quandtovic' };
export const APP_NAME = 'Vaultkeep';

/** Rows of passwords. */
const passwords = (...rows: string[]) => rows.flatMap((row) => row.split(' | '));

/** In the list of common passwords. */
export const COMMON = passwords(
  'password | Password | PASSWORD | p@ssw0rd | passw0rd | drowssap | 12345678 | qwerty123',
  'iloveyou | sunshine | princess | football | trustno1 | superman | starwars | letmein1 | abc12345',
  '11111111 | asdfghjk | dragon12 | 1qaz2wsx3edc4rfv | 1QAZ2WSX3EDC4RFV | passwordpassword',
  'PasswordPassword | 123456789987654321 | 1234567890qwerty | qwertyuiop12345',
);

export const GUESSABLE = [
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
  '1234567890'.repeat(12),
  'letmein'.repeat(18),
  'iloveyou '.repeat(14),
  '01/01/1990'.repeat(12),
  'qwertyuiopasdfghjklzxcvbnm'.repeat(4),
];

/** Made of the address or the name of the owner, or of the name of the application. */
export const PERSONAL = [
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
];

/** Made of the name of the application: personal or guessable, whichever is noticed first. */
export const OF_THE_APPLICATION = [
  'vaultkeepvaultkeep',
  'VaultkeepVaultkeep',
  'vaultkeep123456',
  'VAULTKEEP!!!!!!',
  'v4ultk33pv4ultk33p',
];

export const GOOD = [
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
];

/** 128 characters of what a text is made of, over and over. */
const longOf = (unit: string) => Array.from(unit.repeat(128)).slice(0, 128).join('');

/** The estimate of this one takes longest. */
export const SLOWEST = longOf(
  '0s3w4esd0s4rr3pww9s4sds044ss344spp4perp4430ps44eed44rr34wp4s443desww3deA|wdespe4s',
);

export const HARD_TO_ESTIMATE: readonly [string, string][] = [
  ['letters that stand for others', longOf('4@83({[<63#691!|!<70$5+7<>/%2')],
  ['the same, in no order', SLOWEST],
  ['figures that stand for two letters each', longOf('69176!|1')],
  ['figures that repeat within what repeats', longOf('112111211112111')],
  ['dates', longOf('1/1/91 01.02.2003 31-12-1999 ')],
  ['dates without separators', longOf('0190109100111901')],
  ['separators', longOf('. -_,;:/ |')],
  ['words of the user', longOf('v3ry.l0ng.l0c4l.p4rt.0f.4n.')],
  ['almost one letter', `${'a'.repeat(63)}b${'a'.repeat(64)}`],
  ['capitals in between', longOf('aAaaAAaB')],
  ['letters that grow in lower case', longOf('İ1ẞ4ﬃ')],
  ['marks', longOf('a\u0315\u0300\u05ae')],
  ['emoji', longOf('👩🏽‍🚀1')],
  ['NUL', longOf('\0')],
  ['words of the language', longOf('constructor__proto__toString')],
];
