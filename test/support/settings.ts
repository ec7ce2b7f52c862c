import type { Variables } from '../../src/platform/config';
import { TEAM_SETTINGS } from './team-settings';

export const AUTH_SECRET = '39ce9a82f4e78413f2e74e6fb61398fc83a1af18e04b2c21d0214a6a6233f7f3';

/** Nothing listens there: mails wait. */
export const NO_SMTP = 'smtp://127.0.0.1:9';

/** The least that production starts with. */
export const PRODUCTION: Variables = {
  ...TEAM_SETTINGS,
  NODE_ENV: 'production',
  PUBLIC_URL: 'https://auth.example.com',
  DATABASE_URL: 'postgres://app:hunter2@db.internal:5432/app',
  AUTH_SECRET,
  SMTP_URL: NO_SMTP,
  MAIL_FROM: 'Gatehouse <no-reply@example.com>',
};
