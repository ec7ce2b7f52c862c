'use strict';

const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const { tmpdir } = require('node:os');
const path = require('node:path');

const INSTALLED = ['node_modules', 'client/node_modules', 'pages/node_modules'];

/** A copy of a working tree, with what is not committed and without what is ignored. Only the copy is ever changed. */
class TreeCopy {
  constructor(tree) {
    // Paths are compared as Node resolves them, and the folder for temporary files may be a link.
    this.work = fs.realpathSync(fs.mkdtempSync(path.join(tmpdir(), 'mutate-')));
    this.root = path.join(this.work, 'tree');
    for (const file of filesOf(tree)) this.take(tree, file);
    for (const folder of INSTALLED) this.link(tree, folder);
  }

  read(file) {
    return fs.readFileSync(path.join(this.root, file), 'utf8');
  }

  write(file, text) {
    fs.writeFileSync(path.join(this.root, file), text);
  }

  has(file) {
    return fs.existsSync(path.join(this.root, file));
  }

  /** The paths of all specs, by the two configurations of jest. */
  specs() {
    const all = ['examples', 'src', 'test'].flatMap((folder) =>
      fs
        .readdirSync(path.join(this.root, folder), { recursive: true })
        .map((name) => `${folder}/${name.replaceAll(path.sep, '/')}`)
        .filter((name) => name.endsWith('.spec.ts')),
    );
    const isSlow = (spec) => /^test\/(slow|release)\//.test(spec);
    return { usual: all.filter((spec) => !isSlow(spec)).toSorted(), slow: all.filter(isSlow).toSorted() };
  }

  remove() {
    fs.rmSync(this.work, { recursive: true, force: true });
  }

  take(tree, file) {
    const target = path.join(this.root, file);
    fs.mkdirSync(path.dirname(target), { recursive: true });
    fs.cpSync(path.join(tree, file), target, { verbatimSymlinks: true });
  }

  link(tree, folder) {
    const source = path.join(tree, folder);
    const target = path.join(this.root, folder);
    if (fs.existsSync(source) && fs.existsSync(path.dirname(target)))
      fs.symlinkSync(fs.realpathSync(source), target, 'junction');
  }
}

function filesOf(tree) {
  const options = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const listed = execFileSync('git', options, { cwd: tree, encoding: 'utf8', maxBuffer: 2 ** 26 });
  return [...new Set(listed.split('\0'))].filter((file) => {
    const found = file && fs.statSync(path.join(tree, file), { throwIfNoEntry: false });
    // A file that was deleted and not committed is listed; node_modules that is a link is no folder for .gitignore.
    return found && found.isFile();
  });
}

module.exports = { TreeCopy };
