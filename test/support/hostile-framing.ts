export type BrokenFraming = keyof typeof BROKEN;

/** How the server is told where the body ends; all but the first two are wrong or none. */
export type Framing = 'length' | 'chunked' | BrokenFraming;

const BROKEN = {
  none: () => [],
  'too short': (length: number) => [`content-length: ${Math.floor(length / 2)}`],
  'too long': (length: number) => [`content-length: ${length + 7}`],
  endless: () => ['content-length: 99999999999999999999999'],
  negative: () => ['content-length: -1'],
  hex: () => ['content-length: 0x10'],
  list: (length: number) => [`content-length: ${length}, ${length}`],
  'no number': () => ['content-length: NaN'],
  'empty length': () => ['content-length:'],
  twice: (length: number) => [`content-length: ${length}`, `content-length: ${length}`],
  contradictory: (length: number) => [`content-length: ${length}`, `content-length: ${length + 1}`],
  both: (length: number) => [`content-length: ${length}`, 'transfer-encoding: chunked'],
  'chunked and not': () => ['transfer-encoding: chunked', 'transfer-encoding: identity'],
  'twice chunked': () => ['transfer-encoding: chunked, chunked'],
  'unknown coding': () => ['transfer-encoding: gzip'],
  'coding in disguise': () => ['transfer-encoding: \x0bchunked'],
  'no chunks': () => ['transfer-encoding: chunked'],
} satisfies Record<string, (length: number) => string[]>;

export const BROKEN_FRAMES = Object.keys(BROKEN) as BrokenFraming[];

export function isWhole(framing: Framing): framing is 'length' | 'chunked' {
  return framing === 'length' || framing === 'chunked';
}

/** The headers that frame a body, and the body as it is then sent. */
export function framed(framing: Framing, body: string): { headers: string[]; body: string } {
  if (framing === 'length') return { headers: [`content-length: ${body.length}`], body };
  if (framing === 'chunked') return { headers: ['transfer-encoding: chunked'], body: chunks(body) };
  return { headers: BROKEN[framing](body.length), body };
}

function chunks(body: string): string {
  const size = Math.min(Math.ceil(body.length / 3) || 1, 60_000);
  const parts = body.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];
  return `${parts.map((part) => `${part.length.toString(16)};x=y\r\n${part}\r\n`).join('')}0\r\n\r\n`;
}
