import { version } from 'uuid';
import { requestIdOf } from './request-id';

const idOf = (given?: string | string[]) => requestIdOf({ headers: { 'x-request-id': given } });

describe('a request id', () => {
  it.each([
    ['a UUID', '0190b3c4-7d1e-7a6b-8c9d-0123456789ab'],
    ['a trace id', '4bf92f3577b34da6a3ce929d0e0e4736'],
    ['dots, dashes and underscores', 'proxy-1.eu_west'],
    ['8 characters', 'a'.repeat(8)],
    ['64 characters', 'a'.repeat(64)],
  ])('is the one the caller gave where that is harmless: %s', (_, given) => {
    expect(idOf(given)).toBe(given);
  });

  it.each([
    ['nothing', undefined],
    ['an empty one', ''],
    ['7 characters', 'a'.repeat(7)],
    ['65 characters', 'a'.repeat(65)],
    ['a line break', 'abcdefgh\nX-Evil: 1'],
    ['a line break at its end', 'abcdefgh\n'],
    ['a carriage return', 'abcdefgh\r\n'],
    ['white space', 'abcd efgh'],
    ['two of them', 'abcdefgh, ijklmnop'],
    ['a list', ['abcdefgh', 'ijklmnop']],
    ['an escape for the terminal', 'abcdefgh\u001b[31m'],
    ['a quote', 'abcdefgh"'],
    ['markup', '<script>alert(1)'],
    ['letters beyond ASCII', 'äöüäöüäöü'],
    ['a path', '../../etc/passwd'],
    ['the look-up of a logger', '${jndi:ldap://evil}'],
  ])('is a new UUIDv7 where the caller gave %s', (_, given) => {
    expect(version(idOf(given))).toBe(7);
    expect(idOf(given)).not.toBe(idOf(given));
  });
});
