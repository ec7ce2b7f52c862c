import { MailRenderer, type MailTexts } from './mail-renderer';
import type { MailSettings } from './mail.settings';
import type { MailText } from './texts/en';

const TEXT: MailText = {
  subject: 'Your order {number}',
  before: ['It is on its way to {place}.'],
  after: [],
};
const FACTS = { number: '17', place: 'Ankara' };

const lettersWith = (...texts: readonly MailTexts[]) => {
  const letters = new MailRenderer({ appName: 'Acme' } as MailSettings);
  for (const text of texts) letters.addTexts(text);
  return letters;
};

describe('a mail that a module adds', () => {
  const order = (language: string | null, facts: Record<string, string> = FACTS) => {
    const french = { ...TEXT, subject: 'Votre commande {number}' };
    return lettersWith({ en: { order: TEXT }, fr: { order: french } }).render({
      kind: 'order',
      language,
      facts,
    });
  };

  it.each([
    ['fr-CA, de;q=0.9', 'fr', 'Votre commande 17'],
    ['en', 'en', 'Your order 17'],
    ['de, fr;q=0.1', 'fr', 'Votre commande 17'],
    ['de', 'en', 'Your order 17'],
    [null, 'en', 'Your order 17'],
  ])('asked for in %s is in %s', (header, language, subject) => {
    expect(order(header)).toMatchObject({ language, subject });
  });

  it('has what its text names, escaped where that is HTML', () => {
    const place = '<b>"Köln"</b> {number} $&';
    const { text, html } = order('en', { ...FACTS, place });
    expect(text).toBe(`It is on its way to ${place}.\n`);
    expect(html).toContain(
      '<p>It is on its way to &#60;b&#62;&#34;Köln&#34;&#60;/b&#62; {number} $&#38;.</p>',
    );
  });

  it('begins no header by a fact in its subject', () => {
    const { subject, text } = order('en', { number: '1\r\nBcc: eve@example.com', place: 'a\u0000b' });
    expect(subject).toBe('Your order 1 Bcc: eve@example.com');
    expect(text).toBe('It is on its way to a b.\n');
  });

  it.each<Record<string, string>>([{}, { number: '1' }, { number: '1', Place: 'x' }])(
    'is not written without its facts: %j',
    (facts) => {
      expect(() => order('en', facts)).toThrow(/the mail "order" was sent without the fact "(number|place)"/);
    },
  );

  it.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])(
    'is given no fact by the name "%s"',
    (name) => {
      const letters = lettersWith({ en: { order: { subject: `{${name}}`, before: [], after: [] } } });
      expect(() => letters.render({ kind: 'order', language: null })).toThrow(/without the fact/);
    },
  );

  it('cannot say that it is of another application', () => {
    const letters = lettersWith({ en: { order: { subject: '{app}', before: [], after: [] } } });
    expect(letters.render({ kind: 'order', language: null, facts: { app: 'Bank' } }).subject).toBe('Acme');
  });
});

describe('a text that a module has for a mail of ours', () => {
  const reset = { subject: 'New password', before: [], action: 'Choose one', after: [] };
  const link = { url: 'https://example.com/account#token=pr_x', until: new Date(0) };

  it('stands in the place of ours, in its language alone', () => {
    const letters = lettersWith({ en: { 'password-reset': reset } });
    const subjects = ['en', 'de'].map(
      (language) => letters.render({ kind: 'password-reset', language, link }).subject,
    );
    expect(subjects).toEqual(['New password', 'Setzen Sie ein neues Passwort für Acme']);
  });

  it('makes a language of its own, and what it lacks is in English', () => {
    const letters = lettersWith({ 'pt-br': { 'password-reset': reset } });
    expect(letters.availableLanguages('pt-BR')).toBe('pt-BR');
    expect(letters.render({ kind: 'password-reset', language: 'pt-BR', link }).language).toBe('pt-BR');
    expect(letters.render({ kind: 'address-taken', language: 'pt-BR' }).language).toBe('en');
  });
});

describe('what a module says of mails', () => {
  const noAction = { subject: 'New password', before: [], after: [] };

  it.each<[string, RegExp, MailTexts[]]>([
    ['a mail without English', /"order" has no text in English/, [{ fr: { order: TEXT } }]],
    [
      'a link without a name',
      /"password-reset" in de has a link, and no "action"/,
      [{ de: { 'password-reset': noAction } }],
    ],
    [
      'a mail that another module has',
      /two modules say what the mail "order" says in en/,
      [{ en: { order: TEXT } }, { en: { order: TEXT } }],
    ],
    [
      'a mail that another has, spelled otherwise',
      /two modules/,
      [{ en: { order: TEXT } }, { EN: { order: TEXT } }],
    ],
    [
      'one of ours with a fact that we do not send it with',
      /"password-changed" in fr names \{who\}; there are \{app\}, \{until\}/,
      [{ fr: { 'password-changed': { ...noAction, action: 'Sign out', before: ['It was {who}.'] } } }],
    ],
    ['a mail with the name of a file', /no name of a mail/, [{ en: { '../order': TEXT } }]],
    ['a mail in no language', /Incorrect locale/, [{ en: { order: TEXT } }, { '../de': { order: TEXT } }]],
  ])('is refused where it is %s', (_, message, texts) => {
    expect(() => lettersWith(...texts)).toThrow(message);
  });

  it('can frame them once', () => {
    const letters = lettersWith();
    letters.useFrame(({ body }) => `<main>${body}</main>`);
    expect(letters.render({ kind: 'address-taken', language: null }).html).toMatch(/^<main><p>/);
    expect(() => letters.useFrame(() => '')).toThrow('two modules frame the mails');
  });

  it('is framed with what is escaped', () => {
    const letters = new MailRenderer({ appName: '<img src=x onerror=alert(1)>' } as MailSettings);
    letters.useFrame(({ subject, body }) => `<title>${subject}</title>${body}`);
    expect(letters.render({ kind: 'address-taken', language: null }).html).not.toMatch(/<(?!\/?(title|p)>)/);
  });

  it('leaves a reader the language that they like better among those of ours', () => {
    const letters = lettersWith({ en: { order: TEXT }, fr: { order: TEXT } });
    const kept = letters.availableLanguages('fr, de;q=0.9');
    expect(letters.render({ kind: 'address-taken', language: kept }).language).toBe('de');
    expect(letters.render({ kind: 'order', language: kept, facts: FACTS }).language).toBe('fr');
  });

  it('has a link called by its subject where it has no better name for it', () => {
    const letters = lettersWith({ en: { order: TEXT } });
    const link = { url: 'https://example.com/account#token=or_x', until: new Date(0) };
    const { text, html } = letters.render({ kind: 'order', language: null, facts: FACTS, link });
    expect(text).toContain('Your order 17:\nhttps://example.com/account#token=or_x\n');
    expect(html).toContain('>Your order 17</a>');
  });

  it('is nothing of a kind that nobody knows', () => {
    expect(() => lettersWith().render({ kind: 'order', language: null })).toThrow(
      'no module has a text for the mail "order"',
    );
  });
});
