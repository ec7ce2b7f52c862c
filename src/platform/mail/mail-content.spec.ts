import { MailRenderer } from './mail-renderer';
import type { MailSettings } from './mail.settings';
import { mailType } from './mail-type';

const text = { subject: '{app}', before: [], after: [] };
const NOTICE = mailType({ kind: 'notice', texts: { en: text, de: text } });

function rendererOf(appName: string): MailRenderer {
  return new MailRenderer({ appName } as MailSettings, [{ types: [NOTICE] }]);
}

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
    const renderer = rendererOf('Acme');
    const languageOf = (language: string | null) => renderer.render(NOTICE, { language }).language;
    expect(languageOf(header)).toBe(expected);
    // The languages that are stored with a request lead to the same.
    expect(languageOf(renderer.availableLanguages(header))).toBe(expected);
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
    expect(rendererOf('Acme').availableLanguages(header)).toBe('en');
    expect(performance.now() - begun).toBeLessThan(1_000);
  });
});
