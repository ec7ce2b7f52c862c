'use strict';

// Builds into a fresh folder and then replaces `dist` file by file: a build that fails changes nothing, and an application
// that starts or runs from `dist` meanwhile never misses a module.
const { execFileSync } = require('node:child_process');
const { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } = require('node:fs');
const path = require('node:path');
const { buildPages } = require('./build-pages');
const { replaceFolder } = require('./replace-folder');

const ROOT = path.join(__dirname, '..');
const DIST = path.join(ROOT, 'dist');
const FRESH = '.build-';
const HOUR_MS = 3_600_000;

/** Absolute path of Nest's command line. */
function findBuilder() {
  try {
    return require.resolve('@nestjs/cli/bin/nest.js');
  } catch {
    process.stderr.write('What builds the application is not installed.\n  → npm ci --include=dev\n');
    return process.exit(1);
  }
}

/** Adds the account pages. Without them, as without a package registry, the application works: their addresses are 404. */
function addPages(outDir) {
  try {
    cpSync(buildPages(), path.join(outDir, 'pages'), {
      recursive: true,
      filter: (source) => !path.basename(source).startsWith('.'),
    });
  } catch (error) {
    process.stderr.write(`The account pages are not built, so /account is 404: ${error.message}\n`);
  }
}

/** What a build that was killed left behind. */
function removeLeftovers() {
  for (const name of readdirSync(DIST).filter((each) => each.startsWith(FRESH))) {
    const leftover = path.join(DIST, name);
    const { mtimeMs } = statSync(leftover, { throwIfNoEntry: false }) ?? { mtimeMs: Infinity };
    if (Date.now() - mtimeMs > HOUR_MS) rmSync(leftover, { recursive: true, force: true });
  }
}

const nest = findBuilder();
mkdirSync(DIST, { recursive: true });
removeLeftovers();
// On the file system of `dist`, where a rename is one step.
const folder = mkdtempSync(path.join(DIST, FRESH));
try {
  const outDir = path.join(folder, 'out');
  const config = path.join(folder, 'tsconfig.json');
  writeFileSync(
    config,
    JSON.stringify({ extends: '../../tsconfig.build.json', compilerOptions: { outDir } }),
  );
  execFileSync(process.execPath, [nest, 'build', '--path', path.relative(ROOT, config)], {
    cwd: ROOT,
    stdio: 'inherit',
  });
  addPages(outDir);
  replaceFolder(outDir, DIST, ['main.js', 'cli.js']);
} catch (error) {
  if (error.status === undefined) throw error;
  process.exitCode = error.status ?? 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
