import { MailRenderer, type MailTexts } from './mail-renderer';
import { type MailText, type MailTranslations, type MailType, mailType } from './mail-type';
import type { MailSettings } from './mail.settings';

const TEXT: MailText = {
  subject: 'Your order {number}',
  before: ['It is on its way to {place}.'],
  after: [],
};
const ORDER = mailType<{ number: string; place: string }>({
  kind: 'order',
  texts: { en: TEXT, fr: { ...TEXT, subject: 'Votre commande {number}' } },
});
const FACTS = { number: '17', place: 'Ankara' };
const LINK = { url: 'https://example.com/account#token=pr_x', until: new Date(0) };
const linked = { subject: 'Reset for {app}', before: [], action: 'Reset', after: ['Until {until}.'] };
const RESET = mailType({
  kind: 'password-reset',
  texts: { en: linked, de: { ...linked, subject: 'Zurücksetzen für {app}' } },
});
const NOTICE = mailType({
  kind: 'notice',
  texts: {
    en: { subject: 'Notice', before: ['Hello.'], after: [] },
    de: { subject: 'Notiz', before: [], after: [] },
  },
});

const warnings: unknown[] = [];

function rendererOf(types: readonly MailType[], ...texts: readonly MailTexts[]): MailRenderer {
  const renderer = new MailRenderer({ appName: 'Acme' } as MailSettings);
  jest.spyOn(renderer['logger'], 'warn').mockImplementation((...said) => void warnings.push(said));
  for (const each of texts) renderer.addTexts(each);
  for (const type of types) renderer.declareType(type);
  renderer.onModuleInit();
  return renderer;
}

const typeWith = (texts: MailTranslations, kind = 'order') => mailType({ kind, texts });

describe('a mail type', () => {
  const order = (language: string | null, facts: Record<string, string> = FACTS) =>
    rendererOf([ORDER]).render(ORDER, { language, facts });

  it.each([
    ['fr-CA, de;q=0.9', 'fr', 'Votre commande 17'],
    ['en', 'en', 'Your order 17'],
    ['de, fr;q=0.1', 'fr', 'Votre commande 17'],
    ['de', 'en', 'Your order 17'],
    [null, 'en', 'Your order 17'],
  ])('requested in %s is rendered in %s', (header, language, subject) => {
    expect(order(header)).toMatchObject({ language, subject });
  });

  it('that is not declared is rendered all the same', () => {
    expect(rendererOf([]).render(ORDER, { language: null, facts: FACTS }).subject).toBe('Your order 17');
  });

  it('has its facts filled in, escaped in the HTML part', () => {
    const place = '<b>"Köln"</b> {number} $&';
    const { text, html } = order('en', { ...FACTS, place });
    expect(text).toBe(`It is on its way to ${place}.\n`);
    expect(html).toContain(
      '<p>It is on its way to &#60;b&#62;&#34;Köln&#34;&#60;/b&#62; {number} $&#38;.</p>',
    );
  });

  it('adds no header by a fact in its subject', () => {
    const { subject, text } = order('en', { number: '1\r\nBcc: eve@example.com', place: 'a\u0000b' });
    expect(subject).toBe('Your order 1 Bcc: eve@example.com');
    expect(text).toBe('It is on its way to a b.\n');
  });

  it.each<Record<string, string>>([{}, { number: '1' }, { number: '1', Place: 'x' }])(
    'is not rendered without its facts: %j',
    (facts) => {
      expect(() => order('en', facts)).toThrow(/The mail "order" was sent without the fact "(number|place)"/);
    },
  );

  it.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])('has no fact named "%s"', (name) => {
    const type = typeWith({ en: { subject: `{${name}}`, before: [], after: [] } });
    expect(() => rendererOf([type]).render(type, { language: null })).toThrow(/without the fact/);
  });

  it('cannot pretend to be of another application', () => {
    const type = typeWith({ en: { subject: '{app}', before: [], after: [] } });
    expect(rendererOf([type]).render(type, { language: null, facts: { app: 'Bank' } }).subject).toBe('Acme');
  });

  it('has its subject as the label of its link where it has no action', () => {
    const { text, html } = rendererOf([ORDER]).render(ORDER, { language: null, facts: FACTS, link: LINK });
    expect(text).toContain('Your order 17:\nhttps://example.com/account#token=pr_x\n');
    expect(html).toContain('>Your order 17</a>');
  });
});

describe('a text that a module adds for a mail type of another', () => {
  const reset = { subject: 'New password', before: [], action: 'Choose one', after: [] };

  it('replaces that text, in its language alone', () => {
    const renderer = rendererOf([RESET], { en: { 'password-reset': reset } });
    const subjects = ['en', 'de'].map((language) => renderer.render(RESET, { language, link: LINK }).subject);
    expect(subjects).toEqual(['New password', 'Zurücksetzen für Acme']);
  });

  it('adds a language, and the mails that have no text in it are in English', () => {
    const renderer = rendererOf([RESET, NOTICE], { 'pt-br': { 'password-reset': reset } });
    expect(renderer.availableLanguages('pt-BR')).toBe('pt-BR');
    expect(renderer.render(RESET, { language: 'pt-BR', link: LINK }).language).toBe('pt-BR');
    expect(renderer.render(NOTICE, { language: 'pt-BR' }).language).toBe('en');
    expect(warnings).toContainEqual([
      { language: 'pt-BR', kinds: ['notice'] },
      expect.stringContaining('no text in this language'),
    ]);
  });
});

describe('the start', () => {
  const noAction = { subject: 'New password', before: [], after: [] };

  it.each<[string, RegExp, MailType[], MailTexts[]]>([
    [
      'a text for a mail type that no module declares',
      /"order", which no module declares/,
      [],
      [{ fr: { order: TEXT } }],
    ],
    [
      'a link without a label',
      /"password-reset" has no "action"/,
      [RESET],
      [{ de: { 'password-reset': noAction } }],
    ],
    [
      'two mail types of one kind',
      /Two modules declare the mail type "order"/,
      [ORDER, typeWith({ en: TEXT })],
      [],
    ],
    [
      'two texts for one mail type in one language',
      /Two modules have a text in "en" for the mail type "order"/,
      [ORDER],
      [{ en: { order: TEXT } }, { en: { order: TEXT } }],
    ],
    [
      'two texts whose language tags differ in case',
      /Two modules have a text/,
      [ORDER],
      [{ en: { order: TEXT } }, { EN: { order: TEXT } }],
    ],
    [
      'an added text with a fact that the mail is sent without',
      /"password-reset" has \{who\}, which the mail is sent without[^]*use \{app\}, \{until\}/,
      [RESET],
      [{ fr: { 'password-reset': { ...noAction, action: 'Sign out', before: ['It was {who}.'] } } }],
    ],
    [
      'a translation with a fact that the mail is sent without',
      /"fr" of the mail type "order" has \{who\}/,
      [typeWith({ en: TEXT, fr: { ...TEXT, after: ['{who}'] } })],
      [],
    ],
    ['a kind that is the name of a file', /not a valid kind/, [typeWith({ en: TEXT }, '../order')], []],
    ['a text in no language', /Incorrect locale/, [ORDER], [{ '../de': { order: TEXT } }]],
  ])('is refused for %s', (_, message, types, texts) => {
    expect(() => rendererOf(types, ...texts)).toThrow(message);
  });
});

describe('the frame of the mails', () => {
  it('is set once', () => {
    const renderer = rendererOf([NOTICE]);
    renderer.useFrame(({ body }) => `<main>${body}</main>`);
    expect(renderer.render(NOTICE, { language: null }).html).toMatch(/^<main><p>/);
    expect(() => renderer.useFrame(() => '')).toThrow('Two modules set the frame of the mails');
  });

  it('gets escaped arguments', () => {
    const renderer = new MailRenderer({ appName: '<img src=x onerror=alert(1)>' } as MailSettings);
    renderer.useFrame(({ subject, body }) => `<title>${subject}</title>${body}`);
    expect(renderer.render(RESET, { language: null, link: LINK }).html).not.toMatch(/<(?!\/?(title|p|a)\b)/);
  });
});

describe('the languages that are stored with a request', () => {
  it('leave each mail the best of its own languages', () => {
    const renderer = rendererOf([ORDER, NOTICE]);
    const kept = renderer.availableLanguages('fr, de;q=0.9');
    expect(renderer.render(NOTICE, { language: kept }).language).toBe('de');
    expect(renderer.render(ORDER, { language: kept, facts: FACTS }).language).toBe('fr');
  });
});
