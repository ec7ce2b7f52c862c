import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import * as fc from 'fast-check';
import { EmailAddress, normaliseEmail } from './email-address';

const LOCAL_64 = 'l'.repeat(64);
const LABEL_63 = 'd'.repeat(63);
/** 64 + 1 + 189 = 254 characters in all. */
const DOMAIN_189 = `${LABEL_63}.${LABEL_63}.${'d'.repeat(58)}.de`;

describe('an e-mail address', () => {
  it.each([
    ['as it is', 'ada@example.com', 'ada@example.com'],
    ['trimmed', ' \t\u00a0ada@example.com\r\n', 'ada@example.com'],
    ['in lower case', 'Ada.LOVELACE@Example.COM', 'ada.lovelace@example.com'],
    ['with its dots', 'a.d.a@gmail.com', 'a.d.a@gmail.com'],
    ['with its plus', 'ada+news@gmail.com', 'ada+news@gmail.com'],
    ['with every sign RFC 5321 has', "!#$%&'*+-/=?^_`{|}~@example.com", "!#$%&'*+-/=?^_`{|}~@example.com"],
    ['with digits alone', '1@2.example', '1@2.example'],
    ['with its domain as A-label', 'ada@Bücher.example', 'ada@xn--bcher-kva.example'],
    ['the same for a decomposed domain', 'ada@bu\u0308cher.example', 'ada@xn--bcher-kva.example'],
    ['the same for an A-label', 'ada@XN--BCHER-KVA.example', 'ada@xn--bcher-kva.example'],
    ['with a top-level domain beyond ASCII', 'ada@пример.рф', 'ada@xn--e1afmkfd.xn--p1ai'],
    ['with a fullwidth domain folded', 'ada@ｅｘａｍｐｌｅ.com', 'ada@example.com'],
    ['with hyphens inside', 'ada@my--own-domain.co.uk', 'ada@my--own-domain.co.uk'],
    ['of 64 and 254 characters', `${LOCAL_64}@${DOMAIN_189}`, `${LOCAL_64}@${DOMAIN_189}`],
  ])('is kept %s', (_, text, normal) => {
    expect(normaliseEmail(text)).toBe(normal);
  });

  it.each([
    ['nothing', ''],
    ['white space', '   '],
    ['no @', 'ada.example.com'],
    ['a fullwidth @', 'ada＠example.com'],
    ['nothing before the @', '@example.com'],
    ['nothing after it', 'ada@'],
    ['two @', 'a@b@c.de'],
    ['a quoted local part', '"ada lovelace"@example.com'],
    ['a quoted @', '"a@b"@example.com'],
    ['a comment', 'ada(the first)@example.com'],
    ['a display name', 'Ada <ada@example.com>'],
    ['a list', 'ada@example.com,eve@example.com'],
    ['a space inside', 'ada lovelace@example.com'],
    ['a line break inside', 'ada@example.com\nBcc: eve@example.com'],
    ['a NUL', 'ada\0@example.com'],
    ['a local part beyond ASCII', 'zoë@example.com'],
    ['a fullwidth local part', 'ａda@example.com'],
    ['a Kelvin sign, whose lower case is k', 'boo\u212a@example.com'],
    ['a dotted capital I, whose lower case has an i', '\u0130da@example.com'],
    ['a zero-width space', 'a\u200bda@example.com'],
    ['a leading dot', '.ada@example.com'],
    ['a trailing dot before the @', 'ada.@example.com'],
    ['consecutive dots', 'a..da@example.com'],
    ['consecutive dots in the domain', 'ada@example..com'],
    ['a leading dot in the domain', 'ada@.example.com'],
    ['a trailing dot', 'ada@example.com.'],
    ['an ideographic full stop', 'ada@example。com'],
    ['no top-level domain', 'ada@localhost'],
    ['a numeric top-level domain', 'ada@example.123'],
    ['an IPv4 address', 'ada@127.0.0.1'],
    ['an IPv4 address in hex', 'ada@0x7f.1'],
    ['an IPv4 literal', 'ada@[127.0.0.1]'],
    ['an IPv6 literal', 'ada@[IPv6:::1]'],
    ['a port', 'ada@example.com:25'],
    ['a path', 'ada@example.com/x'],
    ['percent-encoding', 'ada@ex%61mple.com'],
    ['an underscore in the domain', 'ada@my_host.example'],
    ['a label that begins with a hyphen', 'ada@-example.com'],
    ['a label that ends with a hyphen', 'ada@example-.com'],
    ['a broken A-label', 'ada@xn--a.example'],
    ['a soft hyphen in the domain', 'ada@exam\u00adple.com'],
    ['a lone surrogate in the domain', 'ada@ex\ud800ample.com'],
    ['a scheme', 'mailto:ada@example.com'],
    ['a header of a mailto link', 'ada@example.com?cc=eve@example.com'],
    ['another domain after a NUL', 'ada@example.com\0.evil.example'],
    ['a Cyrillic letter that looks like a Latin one', 'ad\u0430@example.com'],
    ['a zero-width space in the domain', 'ada@exam\u200bple.com'],
    ['a fraction slash', 'ada@ex\u2044ample.com'],
    ['a lone surrogate before the @', '\ud800@example.com'],
    ['a local part of 65', `${LOCAL_64}l@example.com`],
    ['a label of 64', `ada@${LABEL_63}d.example`],
    ['255 characters', `${LOCAL_64}@d${DOMAIN_189.replace('dd.de', 'dd.d.de').slice(2)}`],
    ['more than 254 only as A-label', `${LOCAL_64}@${DOMAIN_189.replace(/d/, 'ü')}`],
  ])('is refused with %s', (_, text) => {
    expect(normaliseEmail(text)).toBeUndefined();
  });

  it('is its own normal form once it is normal', () => {
    const text = fc.oneof(
      fc.emailAddress(),
      fc
        .tuple(fc.string({ unit: 'grapheme', minLength: 1 }), fc.domain())
        .map(([name, domain]) => `a@${name}${domain}`),
    );
    fc.assert(
      fc.property(text, (given) => {
        const normal = normaliseEmail(given);
        fc.pre(normal !== undefined);
        expect(normaliseEmail(normal)).toBe(normal);
        expect(normal).toMatch(/^[\x21-\x7e]{3,254}$/);
      }),
      { numRuns: 150, seed: 1 },
    );
  });
});

describe('a property that holds an e-mail address', () => {
  class Request {
    @EmailAddress()
    readonly email: unknown;
  }

  const received = (email: unknown) => {
    const request = plainToInstance(Request, { email });
    return { email: request.email, faults: validateSync(request).map(({ constraints }) => constraints) };
  };

  it('arrives in its normal form', () => {
    expect(received(' Ada@Bücher.example ')).toEqual({ email: 'ada@xn--bcher-kva.example', faults: [] });
  });

  it.each([['ada@localhost'], [''], [null], [undefined], [7], [{}], [['ada@example.com']], [{ $ne: null }]])(
    'refuses %j',
    (email) => {
      expect(received(email).faults).toEqual([{ emailAddress: expect.stringContaining('email address') }]);
    },
  );
});
