import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildProgram, codeOf } from '../src/cli/index';

const PAGE = readFileSync(join(__dirname, '../docs/operations.md'), 'utf8');

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
      expect(await codeOf([name, '--help'], both)).toBe(0);
      expect([said.stdout, said.stderr]).toEqual([expect.stringContaining(`Usage: gatehouse ${name}`), '']);
    },
  );

  it('has its exit codes in the help', async () => {
    const { said, ...both } = streams();
    expect(await codeOf(['--help'], both)).toBe(0);
    for (const words of [/0 +done/, /1 +failed/, /2 +not understood/, /--json/])
      expect(said.stdout).toMatch(words);
  });
});
