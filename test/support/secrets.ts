/** Secrets that were used, and where they come to light although they must not. */
export class Secrets {
  private readonly known: [name: string, secret: Buffer][] = [];

  /** @param secret bytes, or text that stands for itself */
  note(name: string, secret: Buffer | string): void {
    const bytes = Buffer.from(secret);
    // Shorter ones are found anywhere by chance.
    if (bytes.length < 12) throw new Error(`${name} is too short to be looked for`);
    this.known.push([name, bytes]);
  }

  /** The names of those that a text, or the bytes of a file, show in any usual spelling. */
  shownIn(text: string | Buffer): string[] {
    const haystack = Buffer.from(text).toString('latin1');
    const lowerCase = haystack.toLowerCase();
    return this.known.flatMap(([name, secret]) => {
      const shown = spellingsOf(secret).some((spelling) => haystack.includes(spelling));
      return shown || lowerCase.includes(secret.toString('hex')) ? [name] : [];
    });
  }
}

function spellingsOf(secret: Buffer): string[] {
  const text = secret.toString('latin1');
  const inner = JSON.stringify(secret.toString()).slice(1, -1);
  return [
    text,
    Buffer.from(inner).toString('latin1'),
    encodeURIComponent(secret.toString()),
    ...(['base64', 'base64url'] as const).flatMap((encoding) => base64CoresOf(secret, encoding)),
  ];
}

/** What base64 makes of the bytes wherever they stand in something longer: the letters that depend on nothing else. */
function base64CoresOf(secret: Buffer, encoding: 'base64' | 'base64url'): string[] {
  return [0, 1, 2].map((shift) => {
    const shifted = Buffer.concat([Buffer.alloc(shift), secret]);
    const whole = shifted.subarray(0, shifted.length - (shifted.length % 3));
    return whole.toString(encoding).slice(Math.ceil((shift * 4) / 3));
  });
}
