import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import {
  type MailContent,
  type MailFrame,
  placeholdersIn,
  plainFrame,
  preferredLanguages,
  type RenderedMail,
  renderMail,
} from './mail-content';
import { canonicalTag, type MailText, type MailType } from './mail-type';
import { MailSettings } from './mail.settings';

/** Texts by language (`en`, `de`, `fr`, …) and kind. */
export type MailTexts = Readonly<Record<string, Readonly<Record<string, MailText>>>>;

const FALLBACK = 'en';

/** Renders mails in the language of their reader, from the texts of the mail types and those that modules add. */
@Injectable()
export class MailRenderer implements OnModuleInit {
  private readonly logger = new Logger('Mail');
  private readonly types = new Map<string, MailType>();
  private readonly languages = new Set<string>([FALLBACK]);
  /** Texts that modules have added for types of others, by `language kind`. */
  private readonly added = new Map<string, MailText>();
  private frame: MailFrame | undefined;

  constructor(private readonly settings: MailSettings) {}

  /** @throws Error where an added text is for no declared mail type, or does not fit it */
  onModuleInit(): void {
    for (const [key, text] of this.added) {
      const [language = '', kind = ''] = key.split(' ');
      const type = this.types.get(kind);
      if (!type)
        throw new Error(
          `There is a text in "${language}" for the mail type "${kind}", which no module declares.\n  → remove the text, or declare the type: MailTextsModule.of({ types: [mailType({ kind: '${kind}', … })] })`,
        );
      assertFits(text, type.texts.en, `The text in "${language}" for the mail type "${kind}"`);
    }
    for (const language of this.languages) this.warnOfMissing(language);
  }

  /** @throws Error where another module declares a type of this kind, or where its texts do not fit each other */
  declareType(type: MailType): void {
    const { kind, texts } = type;
    if (this.types.get(kind) === type) return;
    if (this.types.has(kind)) throw new Error(`Two modules declare the mail type "${kind}".`);
    if (!/^[a-z][a-z0-9-]*$/.test(kind))
      throw new Error(
        `"${kind}" is not a valid kind of a mail type.\n  → use lower-case letters, digits and hyphens`,
      );
    for (const [language, text] of Object.entries(texts)) {
      this.languages.add(language);
      assertFits(text, texts.en, `The text in "${language}" of the mail type "${kind}"`);
    }
    this.types.set(kind, type);
  }

  /** @throws Error where two modules add a text for the same kind and language, or where a language tag is invalid */
  addTexts(texts: MailTexts): void {
    for (const [language, kinds] of Object.entries(texts)) {
      const tag = canonicalTag(language);
      this.languages.add(tag);
      for (const [kind, text] of Object.entries(kinds)) {
        const key = `${tag} ${kind}`;
        if (this.added.has(key))
          throw new Error(`Two modules have a text in "${tag}" for the mail type "${kind}".`);
        this.added.set(key, text);
      }
    }
  }

  /** @throws Error where another module sets a frame */
  useFrame(frame: MailFrame): void {
    if (this.frame) throw new Error('Two modules set the frame of the mails.\n  → remove one of the frames');
    this.frame = frame;
  }

  /** @returns the languages of a header that there are texts in, the preferred one first */
  availableLanguages(header: string | null): string {
    return preferredLanguages(header, [...this.languages]).join(', ') || FALLBACK;
  }

  /** @throws Error where the text has a placeholder that there is no value for */
  render(type: MailType, content: MailContent): RenderedMail {
    const available = [...this.languages].filter((language) => this.textOf(type, language));
    const [language = FALLBACK] = preferredLanguages(content.language, available);
    const text = this.textOf(type, language) ?? type.texts.en;
    const { appName } = this.settings;
    const style = { appName, frame: this.frame ?? plainFrame };
    return renderMail(text, { ...content, kind: type.kind, language }, style);
  }

  private textOf({ kind, texts }: MailType, language: string): MailText | undefined {
    return this.added.get(`${language} ${kind}`) ?? texts[language];
  }

  private warnOfMissing(language: string): void {
    const missing = [...this.types.values()].filter((type) => !this.textOf(type, language));
    if (missing.length === 0) return;
    const kinds = missing.map(({ kind }) => kind);
    this.logger.warn(
      { language, kinds },
      'these mails have no text in this language and are sent in English',
    );
  }
}

/** The sender supplies the values of the English text and no others, and a link needs a label. */
function assertFits(text: MailText, english: MailText, which: string): void {
  if (english.action !== undefined && text.action === undefined)
    throw new Error(`${which} has no "action", the label of its link.`);
  const known = placeholdersIn(english);
  const unknown = [...placeholdersIn(text)].filter((name) => !known.has(name));
  if (unknown.length > 0)
    throw new Error(
      `${which} has {${unknown.join('}, {')}}, which the mail is sent without.\n  → use ${[...known].map((name) => `{${name}}`).join(', ')}`,
    );
}
