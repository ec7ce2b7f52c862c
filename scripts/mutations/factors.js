'use strict';

module.exports = [
  {
    name: 'a pending sign-in has any number of attempts',
    file: 'src/auth/second-step/pending-sign-in.store.ts',
    find: 'SET attempts_left = attempts_left - 1',
    replace: 'SET attempts_left = attempts_left',
  },
  {
    name: 'a reset of the password by mail removes the factors',
    file: 'src/auth/second-step/factor-recovery.ts',
    find: 'if (since === null) return;',
    replace: '',
  },
  {
    name: 'a device is known to the second step before it has signed in',
    file: 'src/auth/login/device-tokens.ts',
    find: 'hasSignedIn: (marked & NOT_SIGNED_IN) === 0',
    replace: 'hasSignedIn: marked >= 0',
  },
  {
    name: 'the level of a session is not checked again after the user was locked',
    file: 'src/auth/second-step/factor-owners.ts',
    find: "await this.recent.assert(principal, 'aal1');",
    replace: '',
  },
  {
    name: 'the first factor leaves what the password alone has prepared',
    file: 'src/auth/second-step/factors.service.ts',
    find: 'if (!user.hasFactor) await this.owners.endPreparations(userId);',
    replace: '',
  },
];
