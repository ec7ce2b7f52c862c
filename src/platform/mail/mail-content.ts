import Negotiator from 'negotiator';
import type { MailFacts, MailText } from './mail-type';

/** What a mail is rendered from, beyond its text. */
export interface MailContent {
  /** An `Accept-Language` header, as received. */
  readonly language: string | null;
  /** The event that the mail reports, where it has a time and a source. */
  readonly event?: { readonly at: Date; readonly ipAddress: string | null } | undefined;
  /** The target of its link and the end of its validity, where it has one. */
  readonly link?: { readonly url: string; readonly until: Date } | undefined;
  /** Values for its placeholders. They must not come from a third party, who could advertise in the name of the application. */
  readonly facts?: MailFacts | undefined;
}

export interface RenderedMail {
  readonly language: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** What a frame is made around. */
export interface FramedMail {
  readonly language: string;
  /** HTML, escaped. */
  readonly subject: string;
  /** HTML: paragraphs, and the link where there is one; everything in it is escaped. */
  readonly body: string;
}

/** @returns the whole HTML part */
export type MailFrame = (mail: FramedMail) => string;

export interface MailStyle {
  readonly appName: string;
  readonly frame: MailFrame;
}

const PLACEHOLDER = /\{(\w+)\}/g;
// A line break in a subject would begin another header.
const CONTROL = /\p{Cc}+/gu;

/**
 * Renders a mail as plain text and as HTML with the same content.
 * @throws Error where the text has a placeholder that there is no value for
 */
export function renderMail(
  { subject, before, action, after }: MailText,
  { kind, language, link, event, facts }: MailContent & { readonly kind: string; readonly language: string },
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
      if (fact === undefined) throw new Error(`The mail "${kind}" was sent without the fact "${name}".`);
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
 * @param languages that there are texts in; the first is used where the header expresses no preference
 * @returns those that the header accepts, the preferred one first
 */
export function preferredLanguages(header: string | null, languages: readonly string[]): string[] {
  return new Negotiator({ headers: { 'accept-language': header ?? '*' } }).languages([...languages]);
}

/** @returns the names in braces */
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
