// Runs a script of this package from any folder, and installs its dependencies where they are missing or outdated.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = import.meta.dirname;

function readJson(...path) {
  return JSON.parse(readFileSync(join(FOLDER, ...path), 'utf8'));
}

function npm(...parameters) {
  const isWindows = process.platform === 'win32';
  execFileSync(isWindows ? 'npm.cmd' : 'npm', parameters, {
    cwd: FOLDER,
    stdio: 'inherit',
    shell: isWindows,
  });
}

const { dependencies, devDependencies } = readJson('package.json');
const isInstalled = Object.entries({ ...dependencies, ...devDependencies }).every(
  ([name, version]) =>
    existsSync(join(FOLDER, 'node_modules', name)) &&
    readJson('node_modules', name, 'package.json').version === version,
);

if (!isInstalled) npm('ci');
npm('run', ...process.argv.slice(2));
