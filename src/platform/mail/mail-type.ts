/**
 * The words of a mail. `{app}`, `{until}`, `{at}`, `{from}` and the names of the type's facts in braces are replaced by their values;
 * `action` is the label of the mail's one link, which stands between `before` and `after`.
 */
export interface MailText {
  readonly subject: string;
  readonly before: readonly string[];
  readonly action?: string;
  readonly after: readonly string[];
}

/** A name in braces. */
export const PLACEHOLDER = /\{(\w+)\}/g;

/** The placeholders that are no facts of a type. */
export const COMMON_PLACEHOLDERS: ReadonlySet<string> = new Set(['app', 'until', 'at', 'from']);

/** Values for the placeholders of a text, by name. */
export type MailFacts = Readonly<Record<string, string>>;

/** Texts by language tag (`en`, `de`, `pt-BR`), in its canonical form; English is the fallback for every other language. */
export type MailTranslations = Readonly<Record<string, MailText>> & { readonly en: MailText };

/** Names a mail that a module requests and another one may send, or not, once the request has been answered. */
export interface MailRequestType {
  /** Lower case and hyphens. It is stored in the outbox, is a label of `mails_total`, and stays the same between releases. */
  readonly kind: string;
}

/**
 * One kind of mail with its texts. The module that sends it declares it with `MailTextsModule.of({ types })`.
 * @typeParam Facts the values that its texts name, beyond those that every mail has
 */
export interface MailType<Facts extends MailFacts = MailFacts> extends MailRequestType {
  readonly texts: MailTranslations;
  /** The facts of its previews. */
  readonly sample: Facts;
}

/** The facts of a mail type whose texts name none. */
export type NoFacts = { readonly [name: string]: never };

interface MailTypeOptions {
  readonly kind: string;
  readonly texts: MailTranslations;
}

/**
 * Makes a mail type.
 * @typeParam Facts the values that its texts name, beyond those that every mail has; `sample` has an example of each
 * @throws RangeError where a language tag is invalid
 */
export function mailType(options: MailTypeOptions & { readonly sample?: undefined }): MailType<NoFacts>;
export function mailType<Facts extends MailFacts>(
  options: MailTypeOptions & { readonly sample: Facts },
): MailType<Facts>;
export function mailType({
  kind,
  texts: { en, ...others },
  sample = {},
}: MailTypeOptions & { readonly sample?: MailFacts | undefined }): MailType {
  const translated = Object.entries(others).map(([language, text]) => [canonicalTag(language), text]);
  return { kind, texts: { ...(Object.fromEntries(translated) as Record<string, MailText>), en }, sample };
}

/** @returns the names in braces */
export function placeholdersIn({ subject, before, action = '', after }: MailText): ReadonlySet<string> {
  const texts = [subject, ...before, action, ...after].join();
  return new Set([...texts.matchAll(PLACEHOLDER)].map(([, name = '']) => name));
}

/** Times are formatted by the tag. @throws RangeError where it is invalid */
export function canonicalTag(language: string): string {
  return new Intl.Locale(language).toString();
}
