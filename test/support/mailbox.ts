import type { TestApp } from './app';
import { type ReceivedMail, tokenIn } from './smtp-sink';

/** The subjects of the mails, by what they are for. */
export const SUBJECT = {
  verification: 'Confirm your address for Gatehouse',
  reset: 'Set a new password for Gatehouse',
  restored: 'Your account at Gatehouse was recovered',
  changed: 'Your password for Gatehouse was changed',
  newAddress: 'Confirm your new address for Gatehouse',
  undo: 'The address of your account at Gatehouse is to be changed',
} as const;

/** The next mail for an address, or the next of a kind: what came before that is passed over. */
export async function nextMail(
  app: TestApp,
  address: string,
  about?: keyof typeof SUBJECT,
): Promise<ReceivedMail> {
  return app.mailFor(address, about && SUBJECT[about]);
}

/** The token of that mail. */
export async function nextLink(app: TestApp, address: string, about?: keyof typeof SUBJECT): Promise<string> {
  return tokenIn(await nextMail(app, address, about));
}

/** How many mails of a kind came for an address, once all that were due are there: the server answers after it has read one. */
export async function countMails(
  app: TestApp,
  address: string,
  about: keyof typeof SUBJECT,
): Promise<number> {
  await app.mailsSent();
  return app.smtp.for(address).filter(({ subject }) => subject === SUBJECT[about]).length;
}
