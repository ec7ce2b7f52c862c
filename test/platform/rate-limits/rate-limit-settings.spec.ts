// Every module declares its policies.
import '../../../src/app.module';
import { Environment, InvalidEnvironment } from '../../../src/platform/config';
import {
  declaredRateLimitPolicies,
  RateLimitSettings,
  settingNameOf,
} from '../../../src/platform/rate-limits';
import { LOGIN_BY_SOURCE } from '../../../src/auth/auth.rate-limits';
import type { TestApp } from '../../support/app';
import { startApp } from '../../support/app';
import { from } from '../../support/limited';
import { AUTH_SECRET, PRODUCTION } from '../../support/settings';

const NAME = 'RATE_LIMIT_LOGIN_PER_SOURCE';

function faultsOf(env: Readonly<Record<string, string>>): readonly string[] {
  try {
    new Environment({ AUTH_SECRET, ...env }).validated([RateLimitSettings]);
    return [];
  } catch (error) {
    if (error instanceof InvalidEnvironment) return error.faults.map(({ name }) => name);
    throw error;
  }
}

const read = (value: string) =>
  new RateLimitSettings(new Environment({ [NAME]: value })).effectivePolicy(LOGIN_BY_SOURCE);

describe('the setting of a rate limit', () => {
  it('exists once for each declared policy', () => {
    const names = declaredRateLimitPolicies().map(settingNameOf);
    expect(names).toContain(NAME);
    expect(names).toContain('RATE_LIMIT_LOGIN_KNOWN_DEVICES_PER_ACCOUNT');
    expect(new Set(names).size).toBe(names.length);
  });

  it.each([
    ['20/900', { quota: 20, windowSeconds: 900, longestWaitSeconds: 900 }],
    ['20/60', { quota: 20, windowSeconds: 60, longestWaitSeconds: 900 }],
    ['20/1800', { quota: 20, windowSeconds: 1_800, longestWaitSeconds: 1_800 }],
    ['20/900/3600', { quota: 20, windowSeconds: 900, longestWaitSeconds: 3_600 }],
    [' 1/1/1 ', { quota: 1, windowSeconds: 1, longestWaitSeconds: 1 }],
    ['', { quota: 60, windowSeconds: 60, longestWaitSeconds: 900 }],
  ])('%j changes the policy', (value, expected) => {
    expect(read(value)).toEqual({ name: 'login', per: 'source', ...expected });
    expect(faultsOf({ [NAME]: value })).toEqual([]);
  });

  it.each([
    '20',
    '20/',
    '/900',
    '0/900',
    '20/0',
    '-1/900',
    '20/900/0/1',
    '20/900/899',
    '20/86401',
    'many',
    '5/60/0',
    '1.5/60',
  ])('%j stops the start', (value) => {
    expect(faultsOf({ [NAME]: value })).toEqual([NAME]);
    expect(read(value)).toBe(LOGIN_BY_SOURCE);
  });

  it('with an unknown name stops the start, and the message names those that exist', () => {
    const env = { AUTH_SECRET, RATE_LIMIT_LOGIN_PER_SOURCES: '20/900', RATE_LIMIT_LOGIN: '1/1' };
    expect(() => new Environment(env).validated([RateLimitSettings])).toThrow(
      /2 setting[^]*RATE_LIMIT_LOGIN is [^]*RATE_LIMIT_LOGIN_PER_SOURCE,/,
    );
  });

  it('is a finding of doctor in production where rate or burst is four times the default or more', () => {
    const findingsOf = (value: string) => {
      const environment = new Environment({ ...PRODUCTION, [NAME]: value });
      return environment
        .validated([RateLimitSettings])
        .findings.filter(({ message }) => message.startsWith(NAME));
    };
    expect(findingsOf('240/60')).toEqual([expect.objectContaining({ level: 'warning' })]);
    expect(findingsOf('60/15')).toHaveLength(1);
    expect(findingsOf('239/60')).toEqual([]);
    expect(findingsOf('240/240')).toHaveLength(1);
    expect(findingsOf('239/240')).toEqual([]);
    expect(findingsOf('1/60')).toEqual([]);
  });

  it.each(['6001/60', '9999999/1', '9999999/86400', '60/0'])(
    'that is weaker than a hundred times the default stops the start in production: %j',
    (value) => {
      expect(() => new Environment({ ...PRODUCTION, [NAME]: value }).validated([RateLimitSettings])).toThrow(
        NAME,
      );
    },
  );
});

describe('an application with a changed rate limit', () => {
  let app: TestApp;

  beforeAll(async () => {
    const env = { TRUSTED_PROXIES: '127.0.0.1', RATE_LIMIT_LOGIN_PER_SOURCE: '3/600/1200' };
    app = await startApp({ limits: true, env });
  });

  afterAll(async () => app.close());

  it('enforces it and sends it in the headers', async () => {
    const logIn = async () =>
      app.api.post('/v1/auth/login', {
        json: { email: 'ada@example.com', password: 'a wrong password' },
        headers: from('203.0.113.7'),
      });
    const answers = [await logIn(), await logIn(), await logIn(), await logIn()];
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 429]);
    expect(answers[0]?.headers.get('ratelimit-policy')).toBe('"login";q=3;w=600');
    expect(answers[0]?.headers.get('ratelimit')).toBe('"login";r=2;t=600');
    expect(answers[3]?.headers.get('retry-after')).toBe('600');
  });

  it('publishes it', async () => {
    const { body } = await app.api.get<{ limits: object[] }>('/v1/auth/policy');
    expect(body.limits).toContainEqual({
      name: 'login',
      per: 'source',
      quota: 3,
      windowSeconds: 600,
      longestWaitSeconds: 1_200,
    });
  });
});
