'use strict';

/**
 * Which specs are likely to notice a fault in which files: the first line whose file matches counts. Both sides are parts of
 * paths, as regular expressions, so that a spec that is moved or merged is still found by its subject. The specs
 * that are most likely to notice come first. Slow specs are only run where no other spec noticed.
 */
const RELATED = [
  {
    files: /auth\/second-step\//,
    specs: ['factors/attacks', 'second-step', 'features/factors'],
    slow: ['factor-races', 'factor-kill'],
  },
  {
    files: /auth\/.*(device-token|login-limits|local-auth)/,
    specs: [
      'device-token',
      'attacks/budgets',
      'rate-limit|source-limit',
      'cross-site',
      'planted',
      'login',
      'attempts',
      'password-reset',
    ],
    slow: ['abuse', 'uniformity'],
  },
  {
    files: /auth\/.*cookie|access\/.*(cookie|same-site|csrf|credentials)/,
    specs: ['cross-site|csrf', 'cookie', 'device-token', 'cors', 'logout|sign-out'],
    slow: ['browser-attacks', 'browser-cookies'],
  },
  {
    files: /auth\/.*(auth\.service|logout|refresh)/,
    specs: [
      'logout|sign-out',
      'refresh',
      'reauthenticate',
      'rotation',
      'lost-answer',
      'audit-events',
      'cookie',
    ],
    slow: ['retired-keys', 'key-revocation', 'two-instances'],
  },
  {
    files: /auth\/.*(jwt|access-state|open-responses)/,
    specs: [
      'logout|sign-out',
      'late-changes',
      'roles-in-tokens',
      'feed',
      'session',
      'access-token',
      'refresh',
    ],
    slow: ['change-feed-faults', 'two-instances', 'database-faults'],
  },
  {
    files: /auth\/.*(registration|handover|recovery)/,
    specs: [
      'planted',
      'registration',
      'password-policy',
      'takeover',
      'email-verification',
      'password-reset',
      'email-change',
    ],
    slow: ['abuse', 'uniformity'],
  },
  {
    files: /auth\/.*password-(proof|confirmation)/,
    specs: [
      'reauthenticate',
      'rate-limit',
      'password-change',
      'attempts',
      'account-deletion',
      'email-change',
    ],
    slow: ['abuse', 'uniformity'],
  },
  {
    files: /auth\/.*notice/,
    specs: ['notice', 'session-end', 'one-time-token', 'mail-link', 'audit-events'],
    slow: ['abuse'],
  },
  {
    files: /auth\//,
    specs: [
      'login',
      'staff-network|tenants|api-key',
      'email-verif',
      'stored-password',
      'strateg',
      'state-',
      'notice',
    ],
    slow: ['uniformity', 'abuse', 'two-instances'],
  },
  {
    files: /sessions\/|database\/batches/,
    specs: [
      'database/batches',
      'refresh',
      'session-end',
      'logout|sign-out',
      'session',
      'state-races',
      'rotation',
      'reauthenticate',
      'planted',
      'lost-answer',
      'hostile-tokens',
      'exhaustion',
    ],
    slow: ['session-flood', 'state-storm', 'two-instances', 'skewed-clock'],
  },
  {
    files: /tokens\//,
    specs: [
      'hostile-(token|claim)',
      'access-token',
      'signing-key',
      '/settings',
      'roles-in-tokens',
      'self-verifying',
      'logout',
      'conformance',
      'resource-server',
    ],
    slow: ['key-revocation', 'retired-keys', 'key-rotation', 'skewed-clock', 'other-services'],
  },
  {
    files: /passwords\//,
    specs: [
      'stored-password',
      'passwords',
      'login-uniformity',
      'breached',
      'registration',
      'password',
      'scrypt',
    ],
    slow: ['uniformity'],
  },
  {
    files: /access\//,
    specs: [
      'permission',
      'closed',
      'strateg',
      'authorization',
      '-recent|recent-sign',
      'audit-(events|trail)',
      'cross-site',
      'manifest',
    ],
    slow: ['browser-attacks', 'fuzz'],
  },
];

const MOST_SPECS = 20;

/**
 * @param {string} file a source file
 * @param {string[]} specs all that there are, by path below the project
 * @returns {string[]} the related ones, the most likely to notice first; those beside the file before all others
 */
function relatedSpecs(file, specs) {
  const folder = file.slice(0, file.lastIndexOf('/') + 1);
  const beside = specs.filter((spec) => spec.startsWith(folder));
  return [...new Set([...beside, ...matching(lineFor(file).specs, specs)])].slice(0, MOST_SPECS);
}

/** The same among the slow specs. */
function relatedSlowSpecs(file, specs) {
  return matching(lineFor(file).slow, specs);
}

function lineFor(file) {
  const line = RELATED.find(({ files }) => files.test(file));
  if (!line) throw new Error(`scripts/mutations/related.js has no line for ${file}`);
  return line;
}

function matching(patterns, specs) {
  return patterns.flatMap((pattern) => specs.filter((spec) => new RegExp(pattern).test(spec)));
}

module.exports = { relatedSlowSpecs, relatedSpecs };
