import type { Variables } from '../../src/platform/config';

/** Settings that differ from those of all other tests, for an application that shows what each of them changes. */
export const OTHER_SETTINGS = {
  PUBLIC_URL: 'https://LOGIN.example.test:443',
  ACCOUNT_URL: 'https://app.example.test/me/security?tab=1',
  APP_NAME: 'Ada\'s "Gate\\house" – Größe',
  DOCS: 'off',
  TOKEN_AUDIENCE: 'https://api.example.test',
  TOKEN_CLIENT_ID: 'mobile',
  ACCESS_TOKEN_MINUTES: '2.5',
  SESSION_IDLE_DAYS: '1',
  SESSION_MAX_DAYS: '1.5',
  REFRESH_GRACE_SECONDS: '0',
  RECENT_SIGN_IN_MINUTES: '5',
  REQUIRE_VERIFIED_EMAIL: 'true',
  PASSWORD_MIN_LENGTH: '20',
  REGISTRATION: 'invited',
  BREACHED_PASSWORDS_URL: 'https://passwords.example.com/range/',
} satisfies Variables;
