/** The characters of a password as the server counts them: code points after normalisation. */
export function lengthOf(password: string): number {
  return Array.from(password.normalize('NFC')).length;
}
