import { Logger } from '@nestjs/common';
import type { FramedMail } from './mail-content';
import { MailRenderer, type MailTexts, type MailTextsOptions } from './mail-renderer';
import { type MailFacts, type MailText, type MailTranslations, type MailType, mailType } from './mail-type';
import type { MailSettings } from './mail.settings';

const TEXT: MailText = {
  subject: 'Your order {number}',
  before: ['It is on its way to {place}.'],
  after: [],
};
const FACTS = { number: '17', place: 'Ankara' };
const ORDER = mailType({
  kind: 'order',
  sample: FACTS,
  texts: { en: TEXT, fr: { ...TEXT, subject: 'Votre commande {number}' } },
});
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

function rendererFor(...declarations: readonly MailTextsOptions[]): MailRenderer {
  jest.spyOn(Logger.prototype, 'warn').mockImplementation((...said) => void warnings.push(said));
  return new MailRenderer({ appName: 'Acme' } as MailSettings, declarations);
}

const rendererOf = (types: readonly MailType[], ...texts: readonly MailTexts[]) =>
  rendererFor({ types }, ...texts.map((each) => ({ texts: each })));

const typeWith = (texts: MailTranslations, kind = 'order', sample: MailFacts = FACTS) =>
  mailType({ kind, texts, sample });

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

  it('has the facts in the label of its link as well', () => {
    const type = typeWith({ en: { ...TEXT, action: 'Track {number}' } });
    const { text, html } = rendererOf([type]).render(type, { language: null, facts: FACTS, link: LINK });
    expect(text).toContain(`Track 17:\n${LINK.url}\n`);
    expect(html).toContain('>Track 17</a>');
  });

  it('adds no header by a line break of its own text', () => {
    const type = typeWith({ en: { ...TEXT, subject: 'Order\r\nBcc: eve@example.com' } });
    expect(rendererOf([type]).render(type, { language: null, facts: FACTS }).subject).toBe(
      'Order Bcc: eve@example.com',
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
    expect(() => rendererOf([type])).toThrow(/has no sample/);
    expect(() => rendererOf([]).render(type, { language: null })).toThrow(/without the fact/);
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
    [
      'facts without a sample',
      /^The mail type "order" has no sample of \{number\}, \{place\}\.\n {2}→ mailType\(\{ kind: 'order', sample: \{ number: '…', place: '…' \}/,
      [typeWith({ en: TEXT }, 'order', {})],
      [],
    ],
    [
      'an English text that misspells a fact',
      /"order" has no sample of \{nubmer\}/,
      [typeWith({ en: { ...TEXT, after: ['{nubmer}'] } })],
      [],
    ],
    ['a kind that is the name of a file', /not a valid kind/, [typeWith({ en: TEXT }, '../order')], []],
    ['a text in no language', /Incorrect locale/, [ORDER], [{ '../de': { order: TEXT } }]],
  ])('is refused for %s', (_, message, types, texts) => {
    expect(() => rendererOf(types, ...texts)).toThrow(message);
  });
});

describe('the frame of the mails', () => {
  const HOSTILE = `</title><script>alert(1)</script><a href='//eve.example'>"&`;
  const escaped = (text: string) => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
  const hello = mailType({
    kind: 'hello',
    sample: { name: 'Ada' },
    texts: { en: { subject: 'Hello {name}', before: ['From {app}'], action: 'See {name}', after: ['Bye'] } },
  });

  /** The mail of a user with this display name, and what the frames of its two parts received. */
  function framed(name: string, url: string, appName = 'Acme') {
    const received: FramedMail[] = [];
    const keep = (mail: FramedMail) => {
      received.push(mail);
      return mail.body;
    };
    const renderer = new MailRenderer({ appName } as MailSettings, [
      { types: [hello], frame: keep, textFrame: keep },
    ]);
    const facts = { name };
    const mail = renderer.render(hello, { language: null, facts, link: { url, until: new Date(0) } });
    const html = received.find(({ body }) => body === mail.html);
    const text = received.find(({ body }) => body === mail.text);
    return { mail, html, text };
  }

  it('receives the kind, the language, the name of the application, the words, and the link with its label', () => {
    const { html, text } = framed('Ada', LINK.url);
    const common = {
      kind: 'hello',
      language: 'en',
      appName: 'Acme',
      subject: 'Hello Ada',
      action: 'See Ada',
    };
    expect(html).toEqual({
      ...common,
      link: LINK.url,
      before: '<p>From Acme</p>',
      after: '<p>Bye</p>',
      body: `<p>From Acme</p>\n<p><a href="${LINK.url}">See Ada</a></p>\n<p>Bye</p>`,
    });
    expect(text).toEqual({
      ...common,
      link: LINK.url,
      before: 'From Acme',
      after: 'Bye',
      body: `From Acme\n\nSee Ada:\n${LINK.url}\n\nBye`,
    });
  });

  it('receives neither a link nor a label where the mail has none', () => {
    let received: FramedMail | undefined;
    const frame = (mail: FramedMail) => (received = mail).body;
    rendererFor({ types: [NOTICE], frame }).render(NOTICE, { language: null });
    expect(received).toMatchObject({ link: undefined, action: undefined, body: '<p>Hello.</p>', after: '' });
  });

  it('replaces each part of every mail, and is set once each', () => {
    const frame = ({ body }: FramedMail) => `<main>${body}</main>`;
    const textFrame = ({ body, appName }: FramedMail) => `${body}\n-- \n${appName}\n`;
    const renderer = rendererFor({ types: [NOTICE], frame }, { textFrame });
    expect(renderer.render(NOTICE, { language: null })).toMatchObject({
      html: '<main><p>Hello.</p></main>',
      text: 'Hello.\n-- \nAcme\n',
    });
    for (const twice of [{ frame }, { textFrame }])
      expect(() => rendererFor(twice, twice)).toThrow(`Two modules set the ${Object.keys(twice).join()}`);
  });

  it('is not broken by a display name, the name of the application or a link with markup', () => {
    const url = `https://app.example/#token=${HOSTILE}`;
    const { html, text } = framed(HOSTILE, url, HOSTILE);
    const members = { subject: `Hello ${HOSTILE}`, appName: HOSTILE, action: `See ${HOSTILE}`, link: url };
    expect(text).toMatchObject(members);
    for (const [name, value] of Object.entries(members))
      expect(html?.[name as keyof FramedMail]).toBe(escaped(value));
    expect(html?.body.match(/<[^>]*>/g)).toEqual([
      '<p>',
      '</p>',
      '<p>',
      expect.any(String),
      '</a>',
      '</p>',
      '<p>',
      '</p>',
    ]);
  });

  it('gets no line break from a display name, the name of the application or a link', () => {
    const breaks = 'a\r\nBcc: eve@example.com\u0000';
    const { mail, text } = framed(breaks, `https://app.example/#token=${breaks}`, breaks);
    const { subject, appName, action, link } = text ?? ({} as FramedMail);
    for (const value of [mail.subject, subject, appName, action, link]) {
      expect(value).toContain('a Bcc: eve@example.com');
      expect(value).not.toMatch(/\p{Cc}/u);
    }
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
