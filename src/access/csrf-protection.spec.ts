import type { HttpSettings } from '../platform/http';
import { CrossSiteRequest } from './access.errors';
import { CsrfProtection } from './csrf-protection';

const OWN = 'https://auth.example.test';
const ALLOWED = 'https://app.example.test';
const STRANGE = [
  'https://evil.example',
  'null',
  '',
  `${OWN}:444`,
  `${OWN}:443`,
  'http://auth.example.test',
  `${OWN}.`,
  `${OWN}/`,
  `${OWN}.evil.example`,
  'https://evil.auth.example.test',
  'https://example.test',
  OWN.toUpperCase(),
  'https://AUTH.example.test',
  // What Node makes of a header that comes twice.
  `${OWN}, ${OWN}`,
  `${OWN}, https://evil.example`,
];

const settings = { publicUrl: OWN, corsOrigins: new Set(['https://other.example.test', ALLOWED]) };
const sameSite = new CsrfProtection(settings as unknown as HttpSettings);

/** @param site what Sec-Fetch-Site says; undefined: nothing */
function passes(site: string | undefined, origin: string | undefined, guard = sameSite): boolean {
  try {
    guard.assertAllowed({
      headers: {
        ...(site !== undefined && { 'sec-fetch-site': site }),
        ...(origin !== undefined && { origin }),
      },
    });
    return true;
  } catch (error) {
    expect(error).toBeInstanceOf(CrossSiteRequest);
    return false;
  }
}

describe('a request that a page may have made', () => {
  it.each(['same-origin', 'none'])('passes with Sec-Fetch-Site %j, whatever its Origin', (site) => {
    for (const origin of [undefined, OWN, ALLOWED, ...STRANGE]) expect(passes(site, origin)).toBe(true);
  });

  it.each([
    'same-site',
    'cross-site',
    'garbage',
    '',
    'SAME-ORIGIN',
    'same-origin, same-origin',
    'none, cross-site',
  ])('passes with Sec-Fetch-Site %j only by the Origin of a page of ours', (site) => {
    for (const origin of [OWN, ALLOWED]) expect(passes(site, origin)).toBe(true);
    for (const origin of [undefined, ...STRANGE])
      expect({ origin, passes: passes(site, origin) }).toEqual({ origin, passes: false });
  });

  it('passes without Sec-Fetch-Site by the Origin of a page of ours, or with no Origin at all', () => {
    for (const origin of [undefined, OWN, ALLOWED]) expect(passes(undefined, origin)).toBe(true);
    for (const origin of STRANGE)
      expect({ origin, passes: passes(undefined, origin) }).toEqual({ origin, passes: false });
  });

  it('is of a page of ours by our own origin alone where CORS_ORIGINS is empty', () => {
    const alone = new CsrfProtection({
      publicUrl: 'http://localhost:3000',
      corsOrigins: new Set(),
    } as unknown as HttpSettings);
    expect(passes('cross-site', 'http://localhost:3000', alone)).toBe(true);
    for (const origin of [
      ALLOWED,
      OWN,
      'http://localhost',
      'https://localhost:3000',
      'http://127.0.0.1:3000',
    ])
      expect({ origin, passes: passes('cross-site', origin, alone) }).toEqual({ origin, passes: false });
  });
});
