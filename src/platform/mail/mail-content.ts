import Negotiator from 'negotiator';
import { type MailFacts, type MailText, PLACEHOLDER } from './mail-type';

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

/**
 * What a frame is made around. For the HTML part every member is HTML, in which all values are escaped; for the text part it is plain
 * text.
 */
export interface FramedMail {
  /** Of the mail type. */
  readonly kind: string;
  readonly language: string;
  /** `APP_NAME`. */
  readonly appName: string;
  readonly subject: string;
  /** The whole content: `before`, the link where there is one, and `after`. */
  readonly body: string;
  /** The paragraphs before the link; all where there is none. */
  readonly before: string;
  /** The label of the link; undefined where the mail has none. */
  readonly action: string | undefined;
  /** The URL of the link, with its token; undefined where the mail has none. */
  readonly link: string | undefined;
  /** The paragraphs after the link. */
  readonly after: string;
}

/** @returns the whole part of the mail */
export type MailFrame = (mail: FramedMail) => string;

export interface MailStyle {
  readonly appName: string;
  readonly frame: MailFrame;
  readonly textFrame: MailFrame;
}

/** How one part of a mail is written. */
interface PartFormat {
  /** Encodes a value. */
  readonly encode: (text: string) => string;
  /** Of an encoded text. */
  readonly paragraph: (text: string) => string;
  /** Of an encoded label and URL. */
  readonly link: (action: string, url: string) => string;
  readonly separator: string;
}

const HTML: PartFormat = {
  encode: (text) => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`),
  paragraph: (text) => `<p>${text}</p>`,
  link: (action, url) => `<p><a href="${url}">${action}</a></p>`,
  separator: '\n',
};

const TEXT: PartFormat = {
  encode: (text) => text,
  paragraph: (text) => text,
  link: (action, url) => `${action}:\n${url}`,
  separator: '\n\n',
};

// A line break in a subject would begin another header.
const CONTROL = /\p{Cc}+/gu;

/**
 * Renders a mail as plain text and as HTML with the same content.
 * @throws Error where the text has a placeholder that there is no value for
 */
export function renderMail(
  { subject, before, action, after }: MailText,
  { kind, language, link, event, facts }: MailContent & { readonly kind: string; readonly language: string },
  { appName, frame, textFrame }: MailStyle,
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
      return withoutControls(fact);
    });
  const title = withoutControls(fill(subject));
  const filled = {
    kind,
    language,
    appName: withoutControls(appName),
    subject: title,
    before: before.map(fill),
    link: link && { action: fill(action ?? subject), url: withoutControls(link.url) },
    after: after.map(fill),
  };
  return {
    language,
    subject: title,
    text: textFrame(framed(filled, TEXT)),
    html: frame(framed(filled, HTML)),
  };
}

/** A mail whose placeholders are replaced. */
interface FilledMail extends Pick<FramedMail, 'kind' | 'language' | 'appName' | 'subject'> {
  readonly before: readonly string[];
  readonly link: { readonly action: string; readonly url: string } | undefined;
  readonly after: readonly string[];
}

function framed(
  { before, link, after, appName, subject, ...mail }: FilledMail,
  { encode, paragraph, link: linkOf, separator }: PartFormat,
): FramedMail {
  const [head, tail] = [before, after].map((texts) =>
    texts.map((text) => paragraph(encode(text))).join(separator),
  ) as [string, string];
  const [action, url] = link ? [encode(link.action), encode(link.url)] : [];
  const linked = action !== undefined && url !== undefined ? linkOf(action, url) : '';
  return {
    ...mail,
    appName: encode(appName),
    subject: encode(subject),
    body: [head, linked, tail].filter((part) => part !== '').join(separator),
    before: head,
    action,
    link: url,
    after: tail,
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

export function plainTextFrame({ body }: FramedMail): string {
  return `${body}\n`;
}

function instant(at: Date, language: string): string {
  const format = new Intl.DateTimeFormat(language, {
    dateStyle: 'long',
    timeStyle: 'short',
    timeZone: 'UTC',
  });
  return `${format.format(at)} UTC`;
}

function withoutControls(text: string): string {
  return text.replace(CONTROL, ' ');
}
