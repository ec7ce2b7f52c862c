'use strict';

const { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } = require('node:fs');
const path = require('node:path');

const isFile = (file) => statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;

/** Files below a folder, by their path in it; what begins with a dot is not part of a build. */
function filesIn(folder) {
  return readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => !/(^|[\\/])\./.test(name) && isFile(path.join(folder, name)));
}

/**
 * Gives a folder the files of a fresh one. A file that both have is replaced in one step and is never missing, so a process
 * that loads its modules from there meanwhile finds each of them.
 *
 * @param last files that appear after all others, since whether a build is complete is told by them
 */
function replaceFolder(fresh, folder, last = []) {
  const files = filesIn(fresh);
  const isLast = (name) => last.includes(name);
  for (const name of files.toSorted((one, other) => Number(isLast(one)) - Number(isLast(other)))) {
    const place = path.join(folder, name);
    // What was a file may be a folder now, and the other way round.
    if (existsSync(place) && !isFile(place)) rmSync(place, { recursive: true });
    if (isFile(path.dirname(place))) rmSync(path.dirname(place));
    mkdirSync(path.dirname(place), { recursive: true });
    renameSync(path.join(fresh, name), place);
  }
  const kept = new Set(files);
  for (const name of filesIn(folder)) if (!kept.has(name)) rmSync(path.join(folder, name), { force: true });
}

module.exports = { replaceFolder };
