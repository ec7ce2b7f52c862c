import { statSync } from 'node:fs';
import { extname } from 'node:path';
import type { Environment } from '../../platform/config';
import { warningFinding } from '../../platform/doctor';
import { findPages, LOGO_TYPES } from './built-pages';

/** Whether the application itself serves the account pages, and what they show of the team. */
export class AccountPagesSettings {
  readonly enabled: boolean;
  /** An image file; without one the pages show APP_NAME. */
  readonly logo: string | undefined;

  constructor(environment: Environment) {
    this.enabled = environment.onOff('ACCOUNT_PAGES', !environment.production);
    this.logo = readLogo(environment);
    if (environment.string('ACCOUNT_PAGES') === 'on' && findPages() === undefined)
      environment.addFault('ACCOUNT_PAGES', 'is on, but the pages are not built', 'run npm run build');
    if (environment.production && !this.enabled && environment.string('ACCOUNT_URL') === undefined)
      environment.addFinding(
        warningFinding(
          'ACCOUNT_URL is not set and ACCOUNT_PAGES is off, so the links in mails lead to a page that does not exist',
          'set ACCOUNT_URL to the page of your front end, or ACCOUNT_PAGES=on',
        ),
      );
  }
}

function readLogo(environment: Environment): string | undefined {
  const logo = environment.string('ACCOUNT_PAGES_LOGO');
  if (logo === undefined) return undefined;
  const isImage =
    Object.hasOwn(LOGO_TYPES, extname(logo)) && statSync(logo, { throwIfNoEntry: false })?.isFile();
  if (isImage) return logo;
  const endings = Object.keys(LOGO_TYPES).join(', ');
  environment.addFault(
    'ACCOUNT_PAGES_LOGO',
    'is no image file',
    `use the path of a file that ends in ${endings}`,
  );
  return undefined;
}
