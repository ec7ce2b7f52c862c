import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const PROJECT = resolve(__dirname, '../..');
// Nothing of the machine's or the user's settings takes part, and nothing asks for an editor.
const ENV = {
  PATH: process.env.PATH,
  HOME: process.env.HOME,
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_SYSTEM: '/dev/null',
  GIT_EDITOR: 'true',
};
const IDENTITY = ['user.name=Developer', 'user.email=developer@example.com'];

/** A repository of this project in a folder of its own, with the packages that are installed here. */
export class Repository {
  private constructor(readonly folder: string) {
    for (const setting of IDENTITY) this.run(`git config ${setting.replace('=', ' ')}`);
    for (const packages of ['node_modules', 'client/node_modules', 'pages/node_modules'])
      symlinkSync(join(PROJECT, packages), join(folder, packages));
    // A pattern for the folder does not match the link.
    writeFileSync(join(folder, '.git/info/exclude'), 'node_modules\n');
  }

  /** Holds what the project holds now, in one commit. */
  static ofProject(): Repository {
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-merge-'));
    const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
      cwd: PROJECT,
      encoding: 'utf8',
    });
    for (const file of files.split('\0').filter((name) => name !== ''))
      cpSync(join(PROJECT, file), join(folder, file));
    execFileSync('git', ['init', '--quiet', '--initial-branch=main'], { cwd: folder, env: ENV });
    const made = new Repository(folder);
    made.commit('a state of the project');
    return made;
  }

  clone(): Repository {
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-merge-'));
    execFileSync('git', ['clone', '--quiet', this.folder, folder], { env: ENV });
    return new Repository(folder);
  }

  /** Runs a line in a shell; what it says. Fails, with what it says, where the line does. */
  run(line: string): string {
    const { status, stdout } = spawnSync('bash', ['-c', `${line} 2>&1`], {
      cwd: this.folder,
      env: ENV,
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`${line}\n${stdout}`);
    return stdout;
  }

  commit(subject: string): void {
    this.run(`git add --all && git commit --quiet --message '${subject}'`);
  }

  read(path: string): string {
    return readFileSync(join(this.folder, path), 'utf8');
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(join(this.folder, path)), { recursive: true });
    writeFileSync(join(this.folder, path), text);
  }

  /** Fails where there is nothing to replace. */
  replace(path: string, before: string, after: string): void {
    const text = this.read(path);
    if (!text.includes(before)) throw new Error(`${path} has no ${before}`);
    this.write(path, text.replace(before, after));
  }

  /** The files that a merge left to a person. */
  conflicts(): string[] {
    return this.run('git diff --name-only --diff-filter=U').split('\n').filter(Boolean);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}
