import type { Environment } from '../../platform/config';
import { warningFinding } from '../../platform/doctor';

/** Whether the application itself serves a page for the links in its mails. */
export class AccountPagesSettings {
  readonly enabled: boolean;

  constructor(environment: Environment) {
    this.enabled = environment.onOff('ACCOUNT_PAGES', !environment.production);
    if (environment.production && !this.enabled && environment.string('ACCOUNT_URL') === undefined)
      environment.addFinding(
        warningFinding(
          'ACCOUNT_URL is not set and ACCOUNT_PAGES is off, so the links in mails lead to a page that does not exist',
          'set ACCOUNT_URL to the page of your front end, or ACCOUNT_PAGES=on',
        ),
      );
  }
}
