import type { RenderedMail } from './mail-content';
import { MailRenderer } from './mail-renderer';
import type { MailSettings } from './mail.settings';
import { de } from './texts/de';
import { en, type MailKind, type MailText } from './texts/en';

const TEXTS: Readonly<Record<string, Readonly<Record<MailKind, MailText>>>> = { en, de };
const KINDS = Object.keys(en) as MailKind[];
const EVERY = Object.keys(TEXTS).flatMap((language) =>
  KINDS.map((kind): [string, MailKind] => [language, kind]),
);

const URL = `https://auth.example.test/account?tab=a&b='c'#token=ev_${'Az09-_'.repeat(7)}`;
const UNTIL = new Date('2026-03-09T17:05:00Z');
const HOSTILE = `</p><a href="javascript:alert(1)">"Bank" & 'Söhne'</a><script>{until}{app} $& $1 $\` &lt;`;

const lettersOf = (appName: string) => new MailRenderer({ appName } as MailSettings);

function letter(language: string, kind: MailKind, appName = 'Acme'): RenderedMail {
  const link = TEXTS[language]?.[kind].action === undefined ? undefined : { url: URL, until: UNTIL };
  const event = { at: UNTIL, ipAddress: '203.0.113.9' };
  return lettersOf(appName).render({ kind, language, link, event });
}

const placeholdersIn = (texts: readonly string[]) => [...new Set(texts.join().match(/\{\w*\}/g))].toSorted();
const wordsOf = ({ subject, before, action = '', after }: MailText) => [subject, ...before, action, ...after];

describe('the language of a mail', () => {
  it.each([
    ['none', null, 'en'],
    ['an empty header', '', 'en'],
    ['white space', '  \t ', 'en'],
    ['one of ours', 'de', 'de'],
    ['another of ours', 'en', 'en'],
    ['one of ours in capitals', 'DE', 'de'],
    ['a region of it', 'de-AT', 'de'],
    ['a region in any case', 'dE-at', 'de'],
    ['a script and a region of it', 'de-Latn-CH', 'de'],
    ['a region before its language', 'de-CH, de;q=0.9, en;q=0.8', 'de'],
    ['one we lack', 'fr', 'en'],
    ['one we lack that begins as one of ours', 'den', 'en'],
    ['one we lack before one of ours', 'fr-CH, fr;q=0.9, de;q=0.3', 'de'],
    ['what weighs more, wherever it stands', 'en;q=0.3, de;q=0.4', 'de'],
    ['the first of those that weigh the same', 'de, en', 'de'],
    ['the first of those that weigh the same, again', 'en, de', 'en'],
    ['white space everywhere', ' en ; q=0.1 ,\tde ; q=0.2 ', 'de'],
    ['anything', '*', 'en'],
    ['anything rather than English', 'en;q=0.1, *;q=0.5', 'de'],
    ['anything but English', 'en;q=0, *', 'de'],
    ['anything but German', 'de;q=0, *', 'en'],
    ['nothing but what it does not want', 'de;q=0', 'en'],
    ['nothing', '*;q=0', 'en'],
    ['a name of every object', 'constructor, __proto__, toString', 'en'],
    ['another name of every object before one of ours', '__proto__, de;q=0.1', 'de'],
    ['an underscore', 'de_DE', 'en'],
    ['empty elements', ',,,de,,', 'de'],
    ['a weight that is none', 'de;q=much', 'en'],
    ['a path', '../../../../etc/passwd', 'en'],
    ['markup', '<script>alert(1)</script>', 'en'],
    ['bytes', '\u0000\u00ff\ud83e de', 'en'],
    ['separators alone', ';=;q=,"";,=', 'en'],
    ['an open quote', '"de', 'en'],
  ])('asked for with %s: %j is %s', (_, header, expected) => {
    const letters = lettersOf('Acme');
    const write = (language: string | null) => letters.render({ kind: 'address-taken', language }).language;
    expect(write(header)).toBe(expected);
    // What is kept of it until the mail is written comes to the same.
    expect(write(letters.availableLanguages(header))).toBe(expected);
  });

  it.each([
    ['languages', 'fr,'],
    ['weights', 'fr;q=0.5,'],
    ['parameters', 'fr;a=b;'],
    ['quotes', '"'],
    ['escapes', 'fr;a="\\'],
    ['hyphens', 'a-'],
    ['semicolons', ';'],
    ['white space', ' '],
    ['white space and a comma', ' \t,'],
    ['one letter', 'a'],
  ])('is found in no time in a header of 16 KB of %s', (_, piece) => {
    const header = piece.repeat(Math.ceil(16_384 / piece.length));
    const begun = performance.now();
    expect(lettersOf('Acme').availableLanguages(header)).toBe('en');
    expect(performance.now() - begun).toBeLessThan(1_000);
  });
});

describe('the words of a mail', () => {
  it('are there for the same kinds in every language', () => {
    for (const texts of Object.values(TEXTS)) expect(Object.keys(texts).toSorted()).toEqual(KINDS.toSorted());
  });

  it.each(EVERY)('in %s of %s have the placeholders and the action of the English ones', (language, kind) => {
    const english: MailText = en[kind];
    const text: MailText = TEXTS[language]?.[kind] ?? english;
    expect(placeholdersIn([text.subject])).toEqual(['{app}']);
    expect(placeholdersIn(wordsOf(text))).toEqual(placeholdersIn(wordsOf(english)));
    expect(text.action === undefined).toBe(english.action === undefined);
    // Until when a link works is said of links alone.
    expect(placeholdersIn(wordsOf(text)).includes('{until}')).toBe(text.action !== undefined);
  });

  it.each(KINDS)('of %s differ between the languages', (kind) => {
    const subjects = Object.keys(TEXTS).map((language) => letter(language, kind).subject);
    expect(new Set(subjects).size).toBe(subjects.length);
  });

  it.each([
    ['en', 'March 9, 2026 at 5:05 PM UTC'],
    ['de', '9. März 2026 um 17:05 UTC'],
  ])('in %s say until when a link works', (language, until) => {
    const { text, html } = letter(language, 'password-reset');
    for (const part of [text, html]) expect(part).toContain(until);
  });
});

describe.each(EVERY)('a mail in %s of %s', (language, kind) => {
  const hasLink = TEXTS[language]?.[kind].action !== undefined;
  const written = letter(language, kind);

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
    const { subject, text, html } = letter(language, kind, HOSTILE);
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
