import { Injectable } from '@nestjs/common';
import {
  renderMail,
  placeholdersIn,
  type MailContent,
  type MailFrame,
  plainFrame,
  preferredLanguages,
  type RenderedMail,
} from './mail-content';
import { MailSettings } from './mail.settings';
import { de } from './texts/de';
import { en, type MailText } from './texts/en';

/** Texts by language (`en`, `de`, `fr`, …) and kind. */
export type MailTexts = Readonly<Record<string, Readonly<Record<string, MailText>>>>;

/** For whoever asks for a language that a mail is not written in. */
const FALLBACK = 'en';

const OURS: Readonly<Record<string, MailText>> = en;

/** What mails say: ours, and what modules add or say otherwise. */
@Injectable()
export class MailRenderer {
  private readonly texts = new Map<string, Map<string, MailText>>([
    [FALLBACK, new Map(Object.entries(OURS))],
    ['de', new Map<string, MailText>(Object.entries(de))],
  ]);
  /** What modules have said, as `language kind`. */
  private readonly added = new Set<string>();
  private frame: MailFrame | undefined;

  constructor(private readonly settings: MailSettings) {}

  /** @throws Error where two modules say the same, or where a mail would come out without its link or in no language */
  addTexts(texts: MailTexts): void {
    for (const [language, kinds] of Object.entries(texts))
      for (const [kind, text] of Object.entries(kinds)) this.addText(language, kind, text);
    const added = Object.values(texts).flatMap((kinds) => Object.keys(kinds));
    const lost = added.find((kind) => !this.textsIn(FALLBACK).has(kind));
    if (lost !== undefined)
      throw new Error(
        `the mail "${lost}" has no text in English, which everybody gets whose language it lacks.\n  → MailTextsModule.of({ texts: { en: { '${lost}': … } } })`,
      );
  }

  /** @throws Error where another module has done so */
  useFrame(frame: MailFrame): void {
    if (this.frame) throw new Error('two modules frame the mails.\n  → take one of the frames away');
    this.frame = frame;
  }

  /** What a header comes down to: the languages there are that its reader wants, the best first. */
  availableLanguages(header: string | null): string {
    return preferredLanguages(header, [...this.texts.keys()]).join(', ') || FALLBACK;
  }

  /** @throws Error for a kind that nobody has a text for, and where the text names what is not there */
  render(letter: MailContent): RenderedMail {
    const spoken = [...this.texts]
      .filter(([, kinds]) => kinds.has(letter.kind))
      .map(([language]) => language);
    const [language = FALLBACK] = preferredLanguages(letter.language, spoken);
    const text = this.textsIn(language).get(letter.kind);
    if (!text) throw new Error(`no module has a text for the mail "${letter.kind}"`);
    const { appName } = this.settings;
    return renderMail(text, letter, language, { appName, frame: this.frame ?? plainFrame });
  }

  private addText(language: string, kind: string, text: MailText): void {
    if (!/^[a-z][a-z0-9-]*$/.test(kind))
      throw new Error(`"${kind}" is no name of a mail: write it in small letters and hyphens`);
    // Throws for what is no language: times are written in it.
    const tag = new Intl.Locale(language).toString();
    const ours = OURS[kind];
    if (ours) assertSays(text, ours, `the mail "${kind}" in ${tag}`);
    if (this.added.has(`${tag} ${kind}`))
      throw new Error(`two modules say what the mail "${kind}" says in ${tag}`);
    this.added.add(`${tag} ${kind}`);
    this.textsIn(tag).set(kind, text);
  }

  private textsIn(language: string): Map<string, MailText> {
    const texts = this.texts.get(language) ?? new Map<string, MailText>();
    this.texts.set(language, texts);
    return texts;
  }
}

/** What we send it with, nobody else can: a name of no fact would undo what the mail tells of. */
function assertSays(text: MailText, ours: MailText, which: string): void {
  if (ours.action !== undefined && text.action === undefined)
    throw new Error(`${which} has a link, and no "action" to call it by`);
  const known = placeholdersIn(ours);
  const unknown = [...placeholdersIn(text)].filter((name) => !known.has(name));
  if (unknown.length > 0)
    throw new Error(
      `${which} names {${unknown.join('}, {')}}; there are ${[...known].map((name) => `{${name}}`).join(', ')}`,
    );
}
