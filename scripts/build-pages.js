'use strict';

// Builds the account pages into pages/dist where what they are made of has changed, and installs their packages, which have
// a lock file of their own.
const { execFileSync } = require('node:child_process');
const { createHash } = require('node:crypto');
const {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} = require('node:fs');
const path = require('node:path');
const { replaceFolder } = require('./replace-folder');

const ROOT = path.join(__dirname, '..');
const PAGES = path.join(ROOT, 'pages');
const DIST = path.join(PAGES, 'dist');
const FINGERPRINT = 'fingerprint.txt';
const SOURCES = ['pages/src', 'pages/build.js', 'pages/package-lock.json', 'client/src'];

function filesOf(source) {
  if (!statSync(path.join(ROOT, source)).isDirectory()) return [source];
  const names = readdirSync(path.join(ROOT, source), { recursive: true, encoding: 'utf8' });
  return names
    .map((name) => `${source}/${name.replaceAll(path.sep, '/')}`)
    .filter((file) => statSync(path.join(ROOT, file)).isFile());
}

/** Of all that the pages are made of. By content: a copy or a checkout has other times. */
function fingerprint() {
  const hash = createHash('sha256');
  for (const file of SOURCES.flatMap(filesOf).toSorted((one, other) => (one < other ? -1 : 1)))
    hash
      .update(`${file}\0`)
      .update(readFileSync(path.join(ROOT, file)))
      .update('\0');
  return hash.digest('hex');
}

function readJson(...file) {
  return JSON.parse(readFileSync(path.join(PAGES, ...file), 'utf8'));
}

function installPackages() {
  const { devDependencies } = readJson('package.json');
  const isInstalled = Object.entries(devDependencies).every(
    ([name, version]) =>
      existsSync(path.join(PAGES, 'node_modules', name)) &&
      readJson('node_modules', name, 'package.json').version === version,
  );
  if (isInstalled) return;
  const isWindows = process.platform === 'win32';
  // Development dependencies, also where the environment says production: they are needed to build, and only for that.
  execFileSync(isWindows ? 'npm.cmd' : 'npm', ['ci', '--include=dev', '--no-audit', '--no-fund'], {
    cwd: PAGES,
    stdio: 'inherit',
    shell: isWindows,
  });
}

/** @returns the folder of the built pages */
function buildPages() {
  const current = fingerprint();
  const record = path.join(DIST, FINGERPRINT);
  if (existsSync(record) && readFileSync(record, 'utf8') === current) return DIST;
  installPackages();
  mkdirSync(DIST, { recursive: true });
  const fresh = mkdtempSync(path.join(DIST, '.build-'));
  try {
    const out = path.join(fresh, 'out');
    execFileSync(process.execPath, [path.join(PAGES, 'build.js'), out], { cwd: PAGES, stdio: 'inherit' });
    writeFileSync(path.join(out, FINGERPRINT), current);
    replaceFolder(out, DIST, ['manifest.json', FINGERPRINT]);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
  return DIST;
}

module.exports = { buildPages, installPackages };
if (require.main === module) {
  if (process.argv[2] === 'install') installPackages();
  else buildPages();
}
