import type { Environment } from '../../platform/config';

/** Whether the application itself has a page for the links of its mails. */
export class AccountPagesSettings {
  readonly enabled: boolean;

  constructor(environment: Environment) {
    this.enabled = environment.onOff('ACCOUNT_PAGES', !environment.production);
  }
}
