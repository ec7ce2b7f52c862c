const SHORTEST_BYTES = 32;
const PLACEHOLDERS =
  /secret|changeme|change.me|password|passwort|example|default|placeholder|string|private|insecure|production|develop|gatehouse|qwerty|abcdef|012345|123456|keyboard|letmein|testtest/i;

/**
 * Why a text cannot be AUTH_SECRET, or undefined where it can. Randomness cannot be proven, but what people type
 * instead can be told: the bounds lie so far out that 32 random bytes are never refused (a test draws 100,000).
 */
export function weaknessOf(text: string): string | undefined {
  const bytes = bytesOf(text);
  if (!bytes) return 'is neither hex nor base64url';
  if (bytes.length < SHORTEST_BYTES) return `holds ${bytes.length} bytes, not ${SHORTEST_BYTES} or more`;
  const hex = isHex(text);
  if (isRepetitive(text, hex)) return 'repeats itself';
  const typed = !hex && (PLACEHOLDERS.test(text) || keepsToOneCase(text));
  if (typed || isProse(bytes.toString('latin1'))) {
    return 'looks like words, not like random bytes';
  }
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
  // A run this long twice in random text of such a length: less than one in a million.
  const run = hex ? 10 : 6;
  for (let at = 0; at + run <= text.length; at++) {
    if (text.includes(text.slice(at, at + run), at + 1)) return true;
  }
  return false;
}

/** Random bytes are printable throughout once in 10¹³; an encoded sentence always is. */
function isProse(text: string): boolean {
  return /^[\x20-\x7e\s]+$/.test(text);
}

/** Random base64url changes between upper, lower, digit and sign at two of three steps; words and counted-up alphabets do not. */
function keepsToOneCase(text: string): boolean {
  let kept = 0;
  for (let at = 1; at < text.length; at++)
    if (classOf(text.charAt(at)) === classOf(text.charAt(at - 1))) kept++;
  return kept / (text.length - 1) > 0.75;
}

function classOf(character: string): string {
  if (/[a-z]/.test(character)) return 'lower';
  if (/[A-Z]/.test(character)) return 'upper';
  return /\d/.test(character) ? 'digit' : 'sign';
}
