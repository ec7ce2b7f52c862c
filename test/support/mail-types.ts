import { mailType } from '../../src/platform/mail';

/** A mail type of no feature, for specs of the outbox. */
export const NOTICE_MAIL = mailType({
  kind: 'notice',
  texts: { en: { subject: 'A notice of {app}', before: ['Something happened.'], after: [] } },
});
