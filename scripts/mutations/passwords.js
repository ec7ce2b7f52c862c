'use strict';

module.exports = [
  {
    name: 'passwords are not normalised',
    file: 'src/passwords/password.ts',
    find: "return password.normalize('NFC');",
    replace: 'return password;',
  },
  {
    name: 'the length of a password is counted in UTF-16 units',
    file: 'src/passwords/password.ts',
    find: 'Array.from(normalisePassword(password)).length',
    replace: 'normalisePassword(password).length',
  },
  {
    name: 'bcrypt gets the password without the keyed digest',
    file: 'src/passwords/password-hasher.ts',
    find: "return createHmac('sha256', this.key.material).update(password, 'utf8').digest('base64');",
    replace: 'return password;',
  },
  {
    name: 'a hash of a lower cost is checked in less time',
    file: 'src/passwords/password-hasher.ts',
    find: 'const decoys = attempts.flatMap(({ text }) => this.topUp(text, stored));',
    replace: 'const decoys: Comparison[] = [];',
  },
  {
    name: 'the hash of an account that may not sign in is replaced',
    file: 'src/passwords/passwords.service.ts',
    find: 'if (signsIn && outdated && credential?.hash)',
    replace: 'if (outdated && credential?.hash)',
  },
  {
    name: 'a new hash of the old password overwrites a password changed meanwhile',
    file: 'src/passwords/passwords.service.ts',
    find: '.update({ userId, hash: old }, { hash })',
    replace: '.update({ userId }, { hash })',
  },
  {
    name: 'the list of breached passwords is sent the whole digest',
    file: 'src/passwords/breached-passwords.ts',
    find: '/${prefix}`',
    replace: '/${digest}`',
  },
  {
    name: 'one registration more than allowed is kept for an unproven address',
    file: 'src/passwords/registration-attempts.ts',
    find: 'this.clock.now(), MOST_ATTEMPTS - 1]',
    replace: 'this.clock.now(), MOST_ATTEMPTS]',
  },
];
