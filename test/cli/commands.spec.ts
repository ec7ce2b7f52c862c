import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { contexts } from '../../src/cli/contexts';
import type { INestApplicationContext } from '@nestjs/common';
import { buildProgram, exitCodeOf } from '../../src/cli/index';
import { createRunner } from '../../src/cli/command-runner';

const PAGE = readFileSync(join(__dirname, '../../docs/operations.md'), 'utf8');

function streams() {
  const said = { stdout: '', stderr: '' };
  const into = (name: keyof typeof said) => ({ write: (text: string) => void (said[name] += text) });
  return { said, stdout: into('stdout'), stderr: into('stderr') };
}

describe('a command', () => {
  const { commands } = buildProgram(streams());

  it.each(commands.map((command) => command.name()))(
    '%s is named in the documentation, its options too',
    (name) => {
      const row = PAGE.split('\n').find((line) => line.startsWith(`| \`${name}`)) ?? '';
      expect(row).not.toBe('');
      const command = commands.find((each) => each.name() === name);
      for (const { long } of command?.options ?? []) expect(row).toContain(long);
    },
  );

  it.each(commands.map((command) => command.name()))(
    '%s explains itself, and that is no failure',
    async (name) => {
      const { said, ...both } = streams();
      expect(await exitCodeOf([name, '--help'], both)).toBe(0);
      expect([said.stdout, said.stderr]).toEqual([expect.stringContaining(`Usage: gatehouse ${name}`), '']);
    },
  );

  it('tells why it failed, whatever goes wrong when its context is closed', async () => {
    const run = createRunner(buildProgram(streams()), streams(), () => undefined);
    const context = { close: async () => Promise.reject(new Error('the end failed')) };
    const failed = run(
      async () => context as unknown as INestApplicationContext,
      async () => Promise.reject(new Error('the reason')),
    );
    await expect(failed).rejects.toThrow('the reason');
  });

  it('has its exit codes in the help', async () => {
    const { said, ...both } = streams();
    expect(await exitCodeOf(['--help'], both)).toBe(0);
    for (const words of [/0 +done/, /1 +failed/, /2 +not understood/, /--json/])
      expect(said.stdout).toMatch(words);
  });
});

describe('what others named', () => {
  const DRAWS = 'a\u001b[2J\u009b31m\u202eb\nFAULT c';

  beforeEach(() => {
    const context = { get: () => undefined, close: async () => undefined };
    jest.spyOn(contexts, 'application').mockResolvedValue(context as never);
  });

  afterEach(() => jest.restoreAllMocks());

  it.each([
    ['a file that is not there', ['users:import', DRAWS], 1],
    ['a command that there is not', [DRAWS], 2],
    ['an option that there is not', ['users:list', `--${DRAWS}`], 2],
    ['a value of an option', ['users:list', '--limit', DRAWS], 2],
    ['a value that is looked at later', ['audit:export', '--from', DRAWS], 2],
  ])('cannot draw in the terminal: %s', async (_, args, code) => {
    for (const json of [[], ['--json']]) {
      const { said, ...both } = streams();
      expect(await exitCodeOf([...args, ...json], both)).toBe(code);
      const lines = (said.stdout + said.stderr).split('\n');
      expect(lines.filter((line) => /[\p{Cc}\u202e]/u.test(line))).toEqual([]);
      expect(lines.some((line) => /a\\+u001b\[2J\\+u009b31m\\+u202eb/.test(line))).toBe(true);
    }
  });

  it('cannot look like a line of ours: a file', async () => {
    const { said, ...both } = streams();
    expect(await exitCodeOf(['users:import', DRAWS], both)).toBe(1);
    expect(said.stderr).toContain('\\u000aFAULT c');
  });
});
