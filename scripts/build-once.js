'use strict';

// Builds what is run as it was built: `app`, for the operator's commands and the slow tests, and `client`, for the slow
// tests. Each only where its source is at hand and newer than what was built.
const { execSync } = require('node:child_process');
const { existsSync, readdirSync, statSync } = require('node:fs');
const path = require('node:path');

const PARTS = {
  app: { built: 'dist/cli.js', source: 'src', builder: 'node_modules/.bin/nest', command: 'npm run build' },
  client: {
    built: 'client/dist/index.js',
    source: 'client/src',
    builder: 'client/npm.js',
    command: 'npm run client:build',
  },
};

function newestIn(folder) {
  const times = readdirSync(folder, { recursive: true }).map(
    (name) => statSync(path.join(folder, name)).mtimeMs,
  );
  return Math.max(...times);
}

function buildOnce({ built, source, builder, command }) {
  const isStale = !existsSync(built) || (existsSync(source) && newestIn(source) > statSync(built).mtimeMs);
  const canBuild = existsSync(builder);
  if (isStale && canBuild) execSync(command, { stdio: 'inherit' });
  if (existsSync(built) || canBuild) return;
  process.stderr.write(
    'The application is not built, and what builds it is not installed.\n  → npm ci --include=dev\n',
  );
  process.exit(1);
}

const [, , ...parts] = process.argv;
for (const part of parts) buildOnce(PARTS[part]);
