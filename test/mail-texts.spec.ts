import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { MailType } from '../src/platform/mail';
import { MailRenderer } from '../src/platform/mail/mail-renderer';
import type { RenderedMail } from '../src/platform/mail/mail-content';
import type { MailSettings } from '../src/platform/mail';
import type { MailText } from '../src/platform/mail/mail-type';

const SRC = join(__dirname, '../src');
// Ours: a team decides what its own mails say, and in which languages.
const FILES = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((file) =>
  /^(auth|features)[/\\].*\.mails\.ts$/.test(file),
);
const TYPES = FILES.flatMap((file) =>
  Object.values(jest.requireActual<Record<string, MailType>>(join(SRC, file))),
).filter(({ texts }) => (texts as object | undefined) !== undefined);
const LANGUAGES = ['en', 'de'];
const EVERY = LANGUAGES.flatMap((language) => TYPES.map(({ kind }): [string, string] => [language, kind]));

const URL = `https://auth.example.test/account?tab=a&b='c'#token=ev_${'Az09-_'.repeat(7)}`;
const UNTIL = new Date('2026-03-09T17:05:00Z');
const HOSTILE = `</p><a href="javascript:alert(1)">"Bank" & 'Söhne'</a><script>{until}{app} $& $1 $\` &lt;`;

function typeOf(kind: string): MailType {
  const type = TYPES.find((each) => each.kind === kind);
  if (!type) throw new Error(`no mail type ${kind}`);
  return type;
}

function textIn(language: string, kind: string): MailText {
  const { texts } = typeOf(kind);
  return texts[language] ?? texts.en;
}

function render(language: string, kind: string, appName = 'Acme'): RenderedMail {
  const renderer = new MailRenderer({ appName } as MailSettings, [{ types: TYPES }]);
  const link = textIn(language, kind).action === undefined ? undefined : { url: URL, until: UNTIL };
  const event = { at: UNTIL, ipAddress: '203.0.113.9' };
  const type = typeOf(kind);
  return renderer.render(type, { language, link, event, facts: type.sample });
}

const placeholdersIn = (texts: readonly string[]) => [...new Set(texts.join().match(/\{\w*\}/g))].toSorted();
const wordsOf = ({ subject, before, action = '', after }: MailText) => [subject, ...before, action, ...after];

describe('the mail types', () => {
  it('have a kind of their own each', () => {
    expect(new Set(TYPES.map(({ kind }) => kind)).size).toBe(TYPES.length);
    expect(TYPES.length).toBeGreaterThan(2);
  });

  it.each(TYPES.map(({ kind }) => kind))(
    '%s has a text in every language, each with its own subject',
    (kind) => {
      expect(Object.keys(typeOf(kind).texts).toSorted()).toEqual(LANGUAGES.toSorted());
      const subjects = LANGUAGES.map((language) => render(language, kind).subject);
      expect(new Set(subjects).size).toBe(subjects.length);
    },
  );

  it.each(EVERY)('in %s: %s has the placeholders and the action of the English text', (language, kind) => {
    const english = textIn('en', kind);
    const text = textIn(language, kind);
    expect(placeholdersIn([text.subject])).toEqual(['{app}']);
    expect(placeholdersIn(wordsOf(text))).toEqual(placeholdersIn(wordsOf(english)));
    expect(text.action === undefined).toBe(english.action === undefined);
    // Only a mail with a link says until when it works.
    expect(placeholdersIn(wordsOf(text)).includes('{until}')).toBe(text.action !== undefined);
  });

  it.each([
    ['en', 'March 9, 2026 at 5:05 PM UTC'],
    ['de', '9. März 2026 um 17:05 UTC'],
  ])('in %s: say until when a link works', (language, until) => {
    const { text, html } = render(language, 'new-sign-in');
    for (const part of [text, html]) expect(part).toContain(until);
  });
});

describe.each(EVERY)('a mail in %s of %s', (language, kind) => {
  const hasLink = textIn(language, kind).action !== undefined;
  const written = render(language, kind);

  it('has one link or none, and no other address of anything', () => {
    const { subject, text, html } = written;
    expect(text.split('\n').filter((line) => line === URL)).toHaveLength(hasLink ? 1 : 0);
    expect([...html.matchAll(/<a /g)]).toHaveLength(hasLink ? 1 : 0);
    const rest = [subject, text.replace(URL, ''), decoded(html).replace(`href="${URL}"`, '')].join('\n');
    expect(rest).not.toMatch(/:\/\/|www\.|mailto:|href|src=|url\(|#token|@|\w\.(com|org|net|test)\b/i);
  });

  it('says the same as text and as HTML', () => {
    expect(written.language).toBe(language);
    expect(written.html).toContain(`<html lang="${language}">`);
    expect(textOf(written.html)).toBe(written.text);
  });

  it('leaves no placeholder and no blank one', () => {
    const { subject, text, html } = written;
    for (const part of [subject, text, html]) {
      expect(part).not.toMatch(/[{}]|undefined|null|NaN|Invalid/);
      expect(part).not.toMatch(/ {2}| [.,;:!?]/);
    }
  });

  it('shows the name of the application as it is written, whatever that looks like', () => {
    const { subject, text, html } = render(language, kind, HOSTILE);
    expect(subject).toBe(written.subject.replaceAll('Acme', () => HOSTILE));
    expect(text).toBe(written.text.replaceAll('Acme', () => HOSTILE));
    expect(textOf(html)).toBe(text);
    const tags = new Set(html.match(/<[^>]*>/g));
    expect(tags).toEqual(new Set(written.html.match(/<[^>]*>/g)));
  });
});

/** What a reader of the HTML sees, with the address of its link after the link's words. */
function textOf(html: string): string {
  const paragraphs = [...html.matchAll(/<p>([^]*?)<\/p>/g)].map(([, inside = '']) => inside);
  const linked = paragraphs.map((inside) => inside.replace(/^<a href="([^"]*)">([^<]+)<\/a>$/, '$2:\n$1'));
  return `${linked.map(decoded).join('\n\n')}\n`;
}

function decoded(html: string): string {
  return html.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)));
}
