import Negotiator from 'negotiator';
import { de } from './texts/de';
import { en, type MailKind, type MailText } from './texts/en';

/** The languages there are, the first for everybody who asks for none of them. A further one is a file and a line here. */
const LANGUAGES: Readonly<Record<string, Readonly<Record<MailKind, MailText>>>> = { en, de };

/** What a mail is written from. */
export interface Letter {
  readonly kind: MailKind;
  /** An `Accept-Language` header, as it came. */
  readonly language: string | null;
  /** What it tells of, where that has a time and a place. */
  readonly event?: { readonly at: Date; readonly ipAddress: string | null } | undefined;
  /** Where its link leads and until when it works, where it has one. */
  readonly link?: { readonly url: string; readonly until: Date } | undefined;
}

/** A mail in words. */
export interface WrittenLetter {
  readonly language: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** Writes a letter in the language that suits its reader best, as plain text and as HTML, both saying the same. */
export function write({ kind, language, link, event }: Letter, appName: string): WrittenLetter {
  const chosen = languageFor(language);
  const { subject, before, action, after }: MailText = (LANGUAGES[chosen] ?? en)[kind];
  const facts: Readonly<Record<string, string>> = {
    app: appName,
    until: link ? instant(link.until, chosen) : '',
    at: event ? instant(event.at, chosen) : '',
    from: event?.ipAddress ?? '?',
  };
  const fill = (text: string): string =>
    text.replace(/\{(app|until|at|from)\}/g, (_, name: string) => facts[name] ?? '');
  const linked = link ? [link.url] : [];
  const [head, tail] = [before.map(fill), after.map(fill)];
  return {
    language: chosen,
    subject: fill(subject),
    text: `${[...head, ...linked.map((url) => `${action}:\n${url}`), ...tail].join('\n\n')}\n`,
    html: page(chosen, [
      ...head.map(paragraph),
      ...linked.map((url) => `<p><a href="${escaped(url)}">${escaped(action ?? url)}</a></p>`),
      ...tail.map(paragraph),
    ]),
  };
}

/** @param header an `Accept-Language` (RFC 9110 section 12.5.4) */
export function languageFor(header: string | null): string {
  const [fallback = 'en'] = Object.keys(LANGUAGES);
  const headers = { 'accept-language': header ?? '*' };
  return new Negotiator({ headers }).language(Object.keys(LANGUAGES)) ?? fallback;
}

function instant(at: Date, language: string): string {
  const format = new Intl.DateTimeFormat(language, {
    dateStyle: 'long',
    timeStyle: 'short',
    timeZone: 'UTC',
  });
  return `${format.format(at)} UTC`;
}

function page(language: string, paragraphs: readonly string[]): string {
  return `<!doctype html>
<html lang="${language}">
<head><meta charset="utf-8"></head>
<body>
${paragraphs.join('\n')}
</body>
</html>
`;
}

function paragraph(text: string): string {
  return `<p>${escaped(text)}</p>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
