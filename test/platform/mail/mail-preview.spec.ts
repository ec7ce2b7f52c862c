import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WelcomeMailsModule } from '../../../examples/extensions/welcome-mails';
import { AppModule } from '../../../src/app.module';
import { contexts } from '../../../src/cli/contexts';
import { exitCodeOf } from '../../../src/cli/index';
import { preview } from '../../support/preview';
import { tokenIn } from '../../support/smtp-sink';

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

describe('the preview of mails', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-mails-'));

  // The mails of a module that a team has added are among them.
  beforeEach(() => {
    jest
      .spyOn(contexts, 'moduleGraph')
      .mockImplementation(async () => preview(AppModule, WelcomeMailsModule));
  });

  afterEach(() => jest.restoreAllMocks());

  afterAll(() => rmSync(folder, { recursive: true }));

  async function run(...options: readonly string[]): Promise<Ended> {
    const said = { stdout: '', stderr: '' };
    const into = (name: keyof typeof said) => ({ write: (text: string) => void (said[name] += text) });
    const streams = { stdout: into('stdout'), stderr: into('stderr') };
    return { code: await exitCodeOf(['mails:preview', ...options], streams), ...said };
  }

  it('prints the HTML part in a language, in the frame of the application', async () => {
    const { code, stdout } = await run('--kind', 'email-verification', '--language', 'de');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^<!doctype html>\n<html lang="de">/);
    expect(stdout).toContain('<h1>Gatehouse</h1>\n<p>Jemand, vermutlich Sie, wollte mit dieser Adresse');
    expect(stdout).toMatch(/<a href="http[^"]*#token=preview"[^>]*>Adresse bestätigen<\/a>/);
  });

  it('prints the text part, in English where no language is named', async () => {
    const { code, stdout } = await run('--kind', 'new-sign-in', '--text');
    expect(code).toBe(0);
    expect(stdout).toContain('January 31, 2026 at 12:00 PM UTC, from 203.0.113.7.');
    expect(stdout).toContain('\nSign that device out:\nhttp');
    expect(stdout).toMatch(/\n-- \nGatehouse, Example Street 1, Ankara\n$/);
  });

  it('has the mails of a module with their sample facts, and the texts that a module has replaced', async () => {
    const welcome = await run('--kind', 'welcome', '--language', 'FR', '--text');
    expect(welcome.stdout).toContain('Vous êtes notre membre numéro 0042.');
    expect((await run('--kind', 'password-reset', '--text')).stdout).toMatch(/^You, we hope, asked/);
  });

  it('is one JSON document for programs', async () => {
    const { stdout } = await run('--kind', 'welcome', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      kind: 'welcome',
      language: 'en',
      subject: 'Welcome to Gatehouse',
    });
  });

  it('writes every mail in each of its languages to a folder, the same each time', async () => {
    const target = join(folder, 'new/mails');
    const { code, stdout } = await run('--all', target);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^\d+ files of \d+ mails were written to /)]);
    const files = readdirSync(target);
    expect(files).toEqual(
      expect.arrayContaining(
        ['welcome.en', 'welcome.fr', 'account-deleted.en', 'account-deleted.de'].flatMap((name) => [
          `${name}.html`,
          `${name}.txt`,
        ]),
      ),
    );
    expect(files).not.toContain('welcome.de.html');
    const contents = () => files.map((name) => readFileSync(join(target, name), 'utf8'));
    const [text, html] = ['password-reset.de.txt', 'password-reset.de.html'].map((name) =>
      readFileSync(join(target, name), 'utf8'),
    );
    expect(tokenIn({ text: text ?? '', html: html ?? '' })).toBe('preview');
    for (const content of contents()) expect(content).not.toMatch(/\{\w+\}|undefined/);
    const before = contents();
    await run('--all', target);
    expect(contents()).toEqual(before);
  });

  it.each([
    [[], /No mail is named\.\n {2}→ use --kind with one of: account-deleted, .*, welcome\n/],
    [['--kind', 'welcom'], /There is no mail "welcom"\.\n {2}→ use --kind with one of: .*, welcome\n/],
    [
      ['--kind', 'welcome', '--language', 'de'],
      /The mail "welcome" has no text in "de"\.\n {2}→ use --language with one of: en, fr\n/,
    ],
    [['--kind', 'welcome', '--language', '../../etc'], /has no text in "\.\.\/\.\.\/etc"/],
    [['--kind', '__proto__'], /There is no mail "__proto__"/],
    [['--kind', 'a\u001b[2J\nb'], /There is no mail "a\\u001b\[2J\\u000ab"/],
    [['--all', 'mails', '--kind', 'welcome'], /'--all <folder>' cannot be used with option '--kind <kind>'/],
  ])('refuses what does not exist, and lists what does: %j', async (options, message) => {
    const { code, stdout, stderr } = await run(...options);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
  });

  it('opens no connection', async () => {
    const connect = jest.spyOn(Socket.prototype, 'connect');
    expect((await run('--kind', 'welcome')).code).toBe(0);
    expect(connect).not.toHaveBeenCalled();
  });
});
