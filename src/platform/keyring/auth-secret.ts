const SHORTEST_BYTES = 32;
const PLACEHOLDERS =
  /secret|changeme|change.me|password|passwort|example|default|placeholder|string|private|insecure|production|develop|gatehouse|qwerty|abcdef|012345|123456|keyboard|letmein|testtest/i;

// Letter frequencies of English, in per mille.
const FREQUENCIES =
  'a82 b15 c28 d43 e127 f22 g20 h61 i70 j2 k8 l40 m24 n67 o75 p19 q1 r60 s63 t91 u28 v10 w24 x2 y20 z1';
const PER_MILLE: ReadonlyMap<string, number> = new Map(
  FREQUENCIES.split(' ').map((entry) => [entry.charAt(0), Number(entry.slice(1))]),
);

/**
 * Returns why a text cannot be AUTH_SECRET, or undefined where it can. Randomness cannot be proven, but typed text can be
 * detected. The limits are so wide that 32 random bytes are never refused (a test draws 20,000).
 */
export function weaknessOf(text: string): string | undefined {
  const bytes = bytesOf(text);
  if (!bytes || bytes.length < SHORTEST_BYTES) return malformationOf(text);
  const hex = isHex(text);
  if (isRepetitive(text, hex)) return 'repeats itself';
  if (/^\d+$/.test(text)) return 'is a number';
  if (isCounted(bytes) || (!hex && isCounted(Buffer.from(text)))) return 'is counted up or down';
  const typed = !hex && (PLACEHOLDERS.test(text) || readsLikeText(text));
  if (typed || isProse(bytes.toString('latin1'))) return 'looks like words, not like random bytes';
  return undefined;
}

/** Returns why a text can never have been AUTH_SECRET, however weak; undefined where it can. */
export function malformationOf(text: string): string | undefined {
  const bytes = bytesOf(text);
  if (!bytes) return 'is neither hex nor base64url';
  if (bytes.length < SHORTEST_BYTES) return `holds ${bytes.length} bytes, not ${SHORTEST_BYTES} or more`;
  return undefined;
}

/** The bytes of a hex or base64url text (padding allowed); undefined for anything else. */
export function bytesOf(text: string): Buffer | undefined {
  if (isHex(text)) return Buffer.from(text, 'hex');
  const base64url = text.replace(/={1,2}$/, '');
  if (!/^[\w-]+$/.test(base64url)) return undefined;
  return Buffer.from(base64url, 'base64url');
}

function isHex(text: string): boolean {
  return text.length % 2 === 0 && /^[0-9a-f]+$/i.test(text);
}

function isRepetitive(text: string, hex: boolean): boolean {
  const distinct = new Set(text.toLowerCase()).size;
  if (distinct < (hex ? 9 : 14)) return true;
  // Random text of this length repeats a run this long less than once in a million.
  const run = hex ? 10 : 6;
  for (let at = 0; at + run <= text.length; at++) {
    if (text.includes(text.slice(at, at + run), at + 1)) return true;
  }
  return false;
}

/** Random bytes are all printable once in 10¹³; an encoded sentence always is. */
function isProse(text: string): boolean {
  return /^[\x20-\x7e\s]+$/.test(text);
}

/** Random bytes have the same difference between neighbours at a quarter of all positions once in 10¹⁰. */
function isCounted(bytes: Buffer): boolean {
  const times = new Map<number, number>();
  for (let at = 1; at < bytes.length; at++) {
    const step = (bytes.readUInt8(at) - bytes.readUInt8(at - 1)) & 0xff;
    times.set(step, (times.get(step) ?? 0) + 1);
  }
  return Math.max(...times.values()) >= bytes.length / 4;
}

/**
 * Whether a text is far more likely to be typed words than random characters: 24 bits of likelihood ratio. Random
 * characters reach that at most once in 2^24 for each of the two readings of the case, in practice far less often.
 */
function readsLikeText(text: string): boolean {
  const swapped = text.replace(/[a-z]/gi, (letter) =>
    letter < 'a' ? letter.toLowerCase() : letter.toUpperCase(),
  );
  const sentence = text.replace(/[A-Z](?=[a-z])/g, (letter) => letter.toLowerCase());
  // Reading capitals as word starts favours words, so the limit is higher: 100,000 random texts reached at most 29 bits.
  return Math.max(wordBitsOf(text), wordBitsOf(swapped)) > 24 || wordBitsOf(sentence) > 40;
}

function wordBitsOf(text: string): number {
  return Array.from(text).reduce((bits, character) => bits + Math.log2(64 * likelihoodOf(character)), 0);
}

/** The frequency of a character in joined words: mostly lower case, with the letter frequencies of English. */
function likelihoodOf(character: string): number {
  const letter = PER_MILLE.get(character.toLowerCase());
  if (letter === undefined) return /\d/.test(character) ? 0.005 : 0.03;
  return (character < 'a' ? 0.12 : 0.77) * (letter / 1_000);
}
