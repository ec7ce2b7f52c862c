import { isMadeOf, wordsOf } from './password-strength';

describe('the words that an attacker who knows the user tries', () => {
  const email = 'ada.lovelace@mail.example.com';

  it('are the address, the name and the application, whole, run together and in parts', () => {
    expect(wordsOf({ email, displayName: 'Ada King-Noel' }, 'Gate House').toSorted()).toEqual(
      [
        ['ada.lovelace@mail.example.com', 'adalovelacemailexamplecom'],
        ['ada.lovelace', 'adalovelace', 'ada', 'lovelace'],
        ['mail.example.com', 'mailexamplecom', 'mail', 'example', 'com'],
        ['ada king-noel', 'adakingnoel', 'king', 'noel'],
        ['gate house', 'gatehouse', 'gate', 'house'],
      ]
        .flat()
        .toSorted(),
    );
  });

  it.each([
    ['a name with marks and an apostrophe', 'Zoë O’Connor', ['zoë o’connor', 'zoëoconnor', 'zoë', 'connor']],
    ['a name of another script', 'Ада Лавлейс', ['ада лавлейс', 'адалавлейс', 'ада', 'лавлейс']],
    ['three ideographs', '山田太', ['山田太']],
    ['digits', 'R2D2 2187', ['r2d2 2187', 'r2d22187', 'r2d2', '2187']],
    ['letters outside the basic plane', '𝓐𝓭𝓪', ['𝓐𝓭𝓪']],
    ['nothing but punctuation', '-.-', ['-.-']],
  ])('of %s are %j', (_, displayName, words) => {
    const others = new Set(wordsOf({ email }, 'Gatehouse'));
    expect(wordsOf({ email, displayName }, 'Gatehouse').filter((word) => !others.has(word))).toEqual(words);
  });

  it.each([
    ['none', undefined],
    ['null', null],
    ['an empty one', ''],
    ['a name of two letters', 'Bo'],
    ['parts of two letters', 'Al'],
    ['two emoji, four units', '🦦🦦'],
    ['one that the address holds already', 'LOVELACE'],
  ])('get no more by %s for a name', (_, displayName) => {
    expect(wordsOf({ email, displayName }, 'Gatehouse')).toEqual(wordsOf({ email }, 'Gatehouse'));
  });

  it('have what stands before and after a plus', () => {
    expect(wordsOf({ email: 'ada+letters@example.com' }, 'Gatehouse')).toEqual(
      expect.arrayContaining(['ada+letters', 'adaletters', 'ada', 'letters']),
    );
  });

  it('are none twice, none in capitals and none of fewer than three characters', () => {
    const words = wordsOf({ email: 'a.bc.def@EXAMPLE.com', displayName: 'DEF def Example' }, 'GateHouse');
    expect(words).toEqual([...new Set(words)]);
    expect(words.filter((word) => word !== word.toLowerCase() || Array.from(word).length < 3)).toEqual([]);
  });
});

describe('a password made of words', () => {
  const words = ['ada.lovelace@example.com', 'ada.lovelace', 'ada', 'lovelace', 'example', 'gatehouse'];

  it.each([
    ['in their order', 'ada lovelace'],
    ['in another order', 'Lovelace, Ada'],
    ['with figures', 'ada.lovelace123'],
    ['twice', 'gatehousegatehouse'],
    ['with five letters of its own', 'gatehouse ab cde !!!'],
    ['the address', 'Ada.Lovelace@Example.com'],
  ])('is one that has them %s', (_, password) => {
    expect(isMadeOf(words, password)).toBe(true);
  });

  it.each([
    ['none of them', 'teal otters juggle'],
    ['none of them and little else', '!!!'],
    ['six letters beside them', 'gatehouse abc def'],
    ['emoji beside them', 'ada 🦦🐻🐼🐨🐯🦁'],
  ])('is not one that has %s', (_, password) => {
    expect(isMadeOf(words, password)).toBe(false);
  });
});
