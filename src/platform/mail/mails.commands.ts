import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { INestApplicationContext } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { type Command, Option } from 'commander';
import { type CommandReport, type CommandRunner, printable } from '../commands';
import { inspectedEnvironment } from '../config';
import { type MailPreview, MailPreviews } from './mail-preview';
import { MailRenderer } from './mail-renderer';
import { declaredMails } from './mail-texts.module';
import { MailSettings } from './mail.settings';

interface PreviewOptions {
  readonly kind?: string;
  readonly language?: string;
  readonly text?: boolean;
  readonly all?: string;
}

const HELP = `
The mails are those of all modules, in the frame of the application, with the sample facts of their types and a link that
opens nothing.`;

export function addMailCommands(program: Command, run: CommandRunner): void {
  program
    .command('mails:preview')
    .description('print the HTML part of a mail, or write all mails to a folder; needs no database')
    .option('--kind <kind>', 'of the mail')
    .option('--language <language>', 'of its text; without it English')
    .option('--text', 'print the text part instead')
    .addOption(
      new Option('--all <folder>', 'write every mail in each of its languages, as .html and .txt').conflicts([
        'kind',
        'language',
        'text',
      ]),
    )
    .addHelpText('after', HELP)
    .action(async (options: PreviewOptions) => {
      await run('moduleGraph', async (context) => {
        const previews = previewsOf(context);
        return options.all === undefined ? show(previews, options) : writeAll(previews.all(), options.all);
      });
    });
}

function previewsOf(context: INestApplicationContext): MailPreviews {
  const settings = inspectedEnvironment().get(MailSettings);
  const declarations = declaredMails(context.get(ModulesContainer, { strict: false }));
  return new MailPreviews(new MailRenderer(settings, declarations), settings);
}

function show(
  previews: MailPreviews,
  { kind, language = 'en', text = false }: PreviewOptions,
): CommandReport {
  const mail = previews.one(kind, language);
  const part = text ? mail.text : mail.html;
  // The output escapes control characters; those of a layout are white space.
  return { data: mail, text: part.replace(/\r\n?/g, '\n').replaceAll('\t', '  ') };
}

async function writeAll(mails: readonly MailPreview[], folder: string): Promise<CommandReport> {
  await mkdir(folder, { recursive: true });
  const files = mails.flatMap(({ kind, language, html, text }) => [
    { name: `${kind}.${language}.html`, content: html },
    { name: `${kind}.${language}.txt`, content: text },
  ]);
  for (const { name, content } of files) await writeFile(join(folder, name), content);
  const names = files.map(({ name }) => name);
  return {
    data: { folder, files: names },
    text: `${files.length} files of ${mails.length} mails were written to ${printable(folder)}\n`,
  };
}
