'use strict';

module.exports = [
  {
    name: 'scripts can read the cookies',
    file: 'src/access/cookies.ts',
    find: "'Path=/; HttpOnly; Secure; SameSite=Strict'",
    replace: "'Path=/; Secure; SameSite=Strict'",
  },
  {
    name: 'a caller without a sign-in passes where a recent one is required',
    file: 'src/access/recent-sign-in.ts',
    find: '?? -Infinity',
    replace: '?? Infinity',
  },
  {
    name: 'one of several required permissions is enough',
    file: 'src/access/require-permissions.ts',
    find: 'return missing.length === 0 ||',
    replace: 'return missing.length < permissions.length ||',
  },
  {
    name: 'a refused permission is not reported as an event',
    file: 'src/access/require-permissions.ts',
    find: 'await this.events.publish(new AccessDenied({ sessionId: user?.sessionId, details: { missing } }));',
    replace: '',
  },
  {
    name: 'a public route ignores a token that is not valid, instead of refusing it',
    file: 'src/access/jwt-auth.guard.ts',
    find: 'if (!presented && isPublic) return true;',
    replace: 'if (isPublic) return true;',
  },
  {
    name: 'a sibling subdomain may send requests with cookies',
    file: 'src/access/csrf-protection.ts',
    find: "new Set(['same-origin', 'none'])",
    replace: "new Set(['same-origin', 'same-site', 'none'])",
  },
  {
    name: 'a controller that extends a public one is public',
    file: 'src/access/route-policy.ts',
    find: '[handler, controller].some((target) => isNoted(PUBLIC, target))',
    replace: 'places.some((target) => isNoted(PUBLIC, target))',
  },
];
