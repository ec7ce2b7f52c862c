import { Injectable, Logger } from '@nestjs/common';
import {
  type MailContent,
  type MailFrame,
  plainFrame,
  plainTextFrame,
  preferredLanguages,
  type RenderedMail,
  renderMail,
} from './mail-content';
import { canonicalTag, COMMON_PLACEHOLDERS, type MailText, type MailType, placeholdersIn } from './mail-type';
import { MailSettings } from './mail.settings';

/** Texts by language (`en`, `de`, `fr`, …) and kind. */
export type MailTexts = Readonly<Record<string, Readonly<Record<string, MailText>>>>;

/** What a module declares about mails. */
export interface MailTextsOptions {
  readonly types?: readonly MailType[];
  /** Texts for mail types of other modules: another wording, or a further language. */
  readonly texts?: MailTexts;
  /** Makes the HTML part of every mail of the application. */
  readonly frame?: MailFrame;
  /** Makes the text part of every mail of the application. */
  readonly textFrame?: MailFrame;
}

const FALLBACK = 'en';

/** Renders mails in the language of their reader, from the texts of the mail types and those that modules add. */
@Injectable()
export class MailRenderer {
  private readonly logger = new Logger('Mail');
  private readonly declared = new Map<string, MailType>();
  private readonly languages = new Set<string>([FALLBACK]);
  /** Texts that modules have added for types of others, by `language kind`. */
  private readonly added = new Map<string, MailText>();
  private readonly frame: MailFrame;
  private readonly textFrame: MailFrame;

  /**
   * @param declarations of all modules
   * @throws Error where two declarations contradict each other, or where an added text is for no declared mail type or does not fit it
   */
  constructor(
    private readonly settings: MailSettings,
    declarations: readonly MailTextsOptions[],
  ) {
    for (const type of declarations.flatMap(({ types = [] }) => types)) this.declareType(type);
    for (const { texts = {} } of declarations) this.addTexts(texts);
    this.frame = only(declarations, 'frame') ?? plainFrame;
    this.textFrame = only(declarations, 'textFrame') ?? plainTextFrame;
    this.assertAddedFit();
    for (const language of this.languages) this.warnOfMissing(language);
  }

  /** The declared mail types. */
  get types(): readonly MailType[] {
    return [...this.declared.values()];
  }

  /** @returns the languages of a header that there are texts in, the preferred one first */
  availableLanguages(header: string | null): string {
    return preferredLanguages(header, [...this.languages]).join(', ') || FALLBACK;
  }

  /** @returns the languages that the mail has a text in */
  languagesOf(type: MailType): string[] {
    return [...this.languages].filter((language) => this.textOf(type, language));
  }

  /** @throws Error where the text has a placeholder that there is no value for */
  render(type: MailType, content: MailContent): RenderedMail {
    const [language = FALLBACK] = preferredLanguages(content.language, this.languagesOf(type));
    const { frame, textFrame } = this;
    const style = { appName: this.settings.appName, frame, textFrame };
    return renderMail(this.textIn(type, language), { ...content, kind: type.kind, language }, style);
  }

  /** @returns the text in a language; the English one where there is none */
  textIn(type: MailType, language: string): MailText {
    return this.textOf(type, language) ?? type.texts.en;
  }

  private declareType(type: MailType): void {
    const { kind, texts } = type;
    if (this.declared.get(kind) === type) return;
    if (this.declared.has(kind)) throw new Error(`Two modules declare the mail type "${kind}".`);
    if (!/^[a-z][a-z0-9-]*$/.test(kind))
      throw new Error(
        `"${kind}" is not a valid kind of a mail type.\n  → use lower-case letters, digits and hyphens`,
      );
    assertSampled(type);
    for (const [language, text] of Object.entries(texts)) {
      this.languages.add(language);
      assertFits(text, type, `The text in "${language}" of the mail type "${kind}"`);
    }
    this.declared.set(kind, type);
  }

  private addTexts(texts: MailTexts): void {
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

  private assertAddedFit(): void {
    for (const [key, text] of this.added) {
      const [language = '', kind = ''] = key.split(' ');
      const type = this.declared.get(kind);
      if (!type)
        throw new Error(
          `There is a text in "${language}" for the mail type "${kind}", which no module declares.\n  → remove the text, or declare the type: MailTextsModule.of({ types: [mailType({ kind: '${kind}', … })] })`,
        );
      assertFits(text, type, `The text in "${language}" for the mail type "${kind}"`);
    }
  }

  private textOf({ kind, texts }: MailType, language: string): MailText | undefined {
    return this.added.get(`${language} ${kind}`) ?? texts[language];
  }

  private warnOfMissing(language: string): void {
    const missing = this.types.filter((type) => !this.textOf(type, language));
    if (missing.length === 0) return;
    const kinds = missing.map(({ kind }) => kind);
    this.logger.warn(
      { language, kinds },
      'these mails have no text in this language and are sent in English',
    );
  }
}

/** Without samples a preview, and the tests of the texts, could not render the mail. */
function assertSampled({ kind, texts, sample }: MailType): void {
  const missing = [...placeholdersIn(texts.en)].filter(
    (name) => !COMMON_PLACEHOLDERS.has(name) && !Object.hasOwn(sample, name),
  );
  if (missing.length > 0)
    throw new Error(
      `The mail type "${kind}" has no sample of {${missing.join('}, {')}}.\n  → mailType({ kind: '${kind}', sample: { ${missing.map((name) => `${name}: '…'`).join(', ')} }, texts: … }), or correct the text`,
    );
}

/** The sender supplies the facts of the type and the common values of the English text, and a link needs a label. */
function assertFits(text: MailText, { texts: { en }, sample }: MailType, which: string): void {
  if (en.action !== undefined && text.action === undefined)
    throw new Error(`${which} has no "action", the label of its link.`);
  const known = new Set([...placeholdersIn(en), ...Object.keys(sample)]);
  const unknown = [...placeholdersIn(text)].filter((name) => !known.has(name));
  if (unknown.length > 0)
    throw new Error(
      `${which} has {${unknown.join('}, {')}}, which the mail is sent without.\n  → use ${[...known].map((name) => `{${name}}`).join(', ')}`,
    );
}

/** @throws Error where two declarations have it */
function only(declarations: readonly MailTextsOptions[], name: 'frame' | 'textFrame'): MailFrame | undefined {
  const frames = declarations.flatMap((each) => each[name] ?? []);
  if (frames.length > 1)
    throw new Error(`Two modules set the ${name} of the mails.\n  → remove one of the frames`);
  return frames[0];
}
