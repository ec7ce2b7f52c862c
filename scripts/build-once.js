'use strict';

// The operator's commands run the built application. Where its source is at hand and newer, it is built first.
const { execSync } = require('node:child_process');
const { existsSync, readdirSync, statSync } = require('node:fs');
const path = require('node:path');

const BUILT = 'dist/cli.js';

function newestIn(folder) {
  const times = readdirSync(folder, { recursive: true }).map(
    (name) => statSync(path.join(folder, name)).mtimeMs,
  );
  return Math.max(...times);
}

const isStale = !existsSync(BUILT) || (existsSync('src') && newestIn('src') > statSync(BUILT).mtimeMs);
const canBuild = existsSync('node_modules/.bin/nest');

if (isStale && canBuild) execSync('npm run build', { stdio: 'inherit' });
if (!existsSync(BUILT) && !canBuild) {
  process.stderr.write('The application is not built, and what builds it is not installed.\n  → npm ci\n');
  process.exit(1);
}
