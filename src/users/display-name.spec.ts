import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { DisplayName } from './display-name';

class Request {
  @DisplayName()
  readonly displayName?: unknown;
}

function received(plain: object): { displayName: unknown; faults: string[] } {
  const request = plainToInstance(Request, plain);
  const faults = validateSync(request).flatMap(({ constraints }) => Object.keys(constraints ?? {}));
  return { displayName: request.displayName, faults };
}

describe('a display name', () => {
  it.each([
    ['as it is', 'Ada', 'Ada'],
    ['trimmed', ' \t Ada Lovelace \u00a0', 'Ada Lovelace'],
    ['composed', 'Zoe\u0308', 'Zoë'],
    ['in any script', '李小龍 יוסי Ærøskøbing', '李小龍 יוסי Ærøskøbing'],
    ['with marks, quotes and signs', `D’Arcy "O'Neil" <b>&`, `D’Arcy "O'Neil" <b>&`],
    ['with a family of joined emoji', '👩‍👩‍👧‍👦', '👩‍👩‍👧‍👦'],
    ['of 100 characters', '👍'.repeat(100), '👍'.repeat(100)],
    ['of 100 once composed', 'e\u0301'.repeat(100), 'é'.repeat(100)],
    ['of 100 once trimmed', ` ${'a'.repeat(100)} `, 'a'.repeat(100)],
  ])('is taken %s', (_, given, displayName) => {
    expect(received({ displayName: given })).toEqual({ displayName, faults: [] });
  });

  it('may be absent', () => {
    expect(received({})).toEqual({ displayName: undefined, faults: [] });
  });

  it('may be taken away with null', () => {
    expect(received({ displayName: null })).toEqual({ displayName: null, faults: [] });
  });

  it.each([
    ['nothing', ''],
    ['white space', ' \u00a0\u3000 '],
    ['101 characters', 'a'.repeat(101)],
    ['101 emoji', '👍'.repeat(101)],
    ['a NUL', 'A\0da'],
    ['a line break', 'Ada\nBcc: eve@example.com'],
    ['a tab inside', 'Ada\tLovelace'],
    ['an escape', 'Ada\u001b[31m'],
    ['a C1 control', 'Ada\u0085x'],
    ['a line separator', 'Ada\u2028x'],
    ['a right-to-left override', 'Ada\u202egpj.exe'],
    ['an isolate', 'Ada\u2066x'],
    ['a lone high surrogate', 'Ada\ud800'],
    ['a lone low surrogate', '\udc00Ada'],
    ['a number', 7],
    ['a boolean', false],
    ['a list', ['Ada']],
    ['an object', { first: 'Ada' }],
  ])('is refused with %s', (_, displayName) => {
    expect(received({ displayName }).faults).toEqual(['displayName']);
  });
});
