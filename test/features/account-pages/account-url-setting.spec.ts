import { Environment } from '../../../src/platform/config';
import { AccountPagesSettings } from '../../../src/features/account-pages/account-pages.settings';
import { PRODUCTION } from '../../support/settings';

describe('doctor', () => {
  const findingsOf = (env: Readonly<Record<string, string>>, base: object = PRODUCTION) => {
    const environment = new Environment({ ...base, ...env });
    environment.get(AccountPagesSettings);
    return environment.findings.map(({ level, message }) => [level, message]);
  };

  it('warns in production where the links of mails lead to no page', () => {
    expect(findingsOf({ ACCOUNT_URL: '' })).toEqual([
      ['warning', expect.stringMatching(/^ACCOUNT_URL is not set/)],
    ]);
  });

  it.each<Readonly<Record<string, string>>>([
    { ACCOUNT_URL: 'https://app.example.com/account' },
    { ACCOUNT_URL: '', ACCOUNT_PAGES: 'on' },
  ])('does not with %j', (env) => expect(findingsOf(env)).toEqual([]));

  it('does not in development, where the account pages are on', () => {
    expect(findingsOf({}, {})).toEqual([]);
  });
});
