import { MailRefused } from './mail-delivery';

/** What says something about the way out, and nothing about the mail: the next one would fare no better. */
const BLOCKED: ReadonlySet<string | undefined> = new Set([
  'EAUTH',
  'ECONNECTION',
  'EDNS',
  'ENOAUTH',
  'EPROTOCOL',
  'EREQUIRETLS',
  'ESOCKET',
  'ETIMEDOUT',
  'ETLS',
]);

/** That there is no such mailbox (RFC 3463, 5.1.x) is said for good; other refusals may be the relay's own fault. */
export function isPermanentFailure(error: unknown): boolean {
  if (error instanceof MailRefused) return true;
  const { command, response } = (error ?? {}) as { command?: string; response?: string };
  return command === 'RCPT TO' && /^5\d\d[ -]5\.1\.\d/.test(response ?? '');
}

export interface DeliveryFailure {
  readonly code?: string | undefined;
  readonly command?: string | undefined;
  readonly responseCode?: number | undefined;
}

/** The words of a mail server may hold the address, and those of its client the whole mail. */
export function failureOf(error: unknown): DeliveryFailure {
  const { code, command, responseCode } = (error ?? {}) as DeliveryFailure;
  return { code, command, responseCode };
}

/** Whether the next mail would fare no better now. */
export function isTransportFailure(error: unknown): boolean {
  return BLOCKED.has(failureOf(error).code);
}
