import Negotiator from 'negotiator';
import type { MailText } from './texts/en';

/** What a mail is written from. */
export interface MailContent {
  /** One of ours, or one that a module has texts for (`MailTextsModule.of`). */
  readonly kind: string;
  /** An `Accept-Language` header, as it came. */
  readonly language: string | null;
  /** What it tells of, where that has a time and a place. */
  readonly event?: { readonly at: Date; readonly ipAddress: string | null } | undefined;
  /** Where its link leads and until when it works, where it has one. */
  readonly link?: { readonly url: string; readonly until: Date } | undefined;
  /** What else its text names in braces. Nothing that a stranger chose: it would be an advertisement with our signature. */
  readonly facts?: Readonly<Record<string, string>> | undefined;
}

/** A mail in words. */
export interface RenderedMail {
  readonly language: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** What stands around the paragraphs of an HTML part. */
export interface FramedMail {
  readonly language: string;
  /** HTML, escaped. */
  readonly subject: string;
  /** HTML: paragraphs, and the link where there is one; everything in it is escaped. */
  readonly body: string;
}

/** @returns the whole HTML part */
export type MailFrame = (mail: FramedMail) => string;

/** The same in every mail of an application. */
export interface MailStyle {
  readonly appName: string;
  readonly frame: MailFrame;
}

const PLACEHOLDER = /\{(\w+)\}/g;
// A line break in a subject would begin another header.
const CONTROL = /\p{Cc}+/gu;

/**
 * Writes a mail as plain text and as HTML, both saying the same.
 * @throws Error where the text names something that there is nothing to say of
 */
export function renderMail(
  { subject, before, action, after }: MailText,
  { kind, link, event, facts }: MailContent,
  language: string,
  { appName, frame }: MailStyle,
): RenderedMail {
  const known: Readonly<Record<string, string>> = {
    ...facts,
    app: appName,
    until: link ? instant(link.until, language) : '',
    at: event ? instant(event.at, language) : '',
    from: event?.ipAddress ?? '?',
  };
  const fill = (text: string): string =>
    text.replace(PLACEHOLDER, (_, name: string) => {
      const fact = Object.hasOwn(known, name) ? known[name] : undefined;
      if (fact === undefined) throw new Error(`the mail "${kind}" was sent without the fact "${name}"`);
      return fact.replace(CONTROL, ' ');
    });
  const linked = link ? [link.url] : [];
  const [head, tail] = [before.map(fill), after.map(fill)];
  const title = fill(subject);
  const body = [
    ...head.map(paragraph),
    ...linked.map((url) => `<p><a href="${escaped(url)}">${escaped(action ?? title)}</a></p>`),
    ...tail.map(paragraph),
  ].join('\n');
  return {
    language,
    subject: title,
    text: `${[...head, ...linked.map((url) => `${action ?? title}:\n${url}`), ...tail].join('\n\n')}\n`,
    html: frame({ language, subject: escaped(title), body }),
  };
}

/**
 * @param header an `Accept-Language` (RFC 9110 section 12.5.4)
 * @param languages that there are, the first for everybody who does not mind
 * @returns those that its reader wants, the best first
 */
export function preferredLanguages(header: string | null, languages: readonly string[]): string[] {
  return new Negotiator({ headers: { 'accept-language': header ?? '*' } }).languages([...languages]);
}

/** The names in braces. */
export function placeholdersIn({ subject, before, action = '', after }: MailText): ReadonlySet<string> {
  const texts = [subject, ...before, action, ...after].join();
  return new Set([...texts.matchAll(PLACEHOLDER)].map(([, name = '']) => name));
}

export function plainFrame({ language, body }: FramedMail): string {
  return `<!doctype html>
<html lang="${language}">
<head><meta charset="utf-8"></head>
<body>
${body}
</body>
</html>
`;
}

function instant(at: Date, language: string): string {
  const format = new Intl.DateTimeFormat(language, {
    dateStyle: 'long',
    timeStyle: 'short',
    timeZone: 'UTC',
  });
  return `${format.format(at)} UTC`;
}

function paragraph(text: string): string {
  return `<p>${escaped(text)}</p>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
