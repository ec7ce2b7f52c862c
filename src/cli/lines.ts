import { isUtf8 } from 'node:buffer';
import type { Readable } from 'node:stream';

const LONGEST_BYTES = 64 * 1024;
const LINE_FEED = 0x0a;

/** A line of a file; `text` is undefined where the line is too long or not UTF-8. */
export interface TextLine {
  readonly number: number;
  readonly text: string | undefined;
}

/** Reads the non-empty lines of a stream, with at most one line in memory. */
export async function* readLines(stream: Readable): AsyncGenerator<TextLine> {
  let parts: Buffer[] = [];
  let bytes = 0;
  let number = 0;
  const take = (part: Buffer): void => {
    bytes += part.length;
    if (bytes <= LONGEST_BYTES) parts.push(part);
  };
  const end = (): TextLine => {
    const line = {
      number: ++number,
      text: bytes <= LONGEST_BYTES ? textOf(Buffer.concat(parts)) : undefined,
    };
    [parts, bytes] = [[], 0];
    return line;
  };
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    let from = 0;
    for (let at = chunk.indexOf(LINE_FEED); at !== -1; at = chunk.indexOf(LINE_FEED, from)) {
      take(chunk.subarray(from, at));
      from = at + 1;
      const line = end();
      if (line.text !== '') yield line;
    }
    take(chunk.subarray(from));
  }
  if (bytes > 0) yield end();
}

/** Removes a byte order mark and a carriage return. */
function textOf(bytes: Buffer): string | undefined {
  return isUtf8(bytes)
    ? bytes
        .toString()
        .replace(/^\ufeff/, '')
        .trim()
    : undefined;
}
