import { MailRefused } from './mail-delivery';

/** Codes of failures of the connection, which the next mail would meet as well. */
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

/** A missing mailbox (RFC 3463, 5.1.x) is permanent; other rejections may be a fault of the relay. */
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

/** Without the message: that of a mail server may contain the address, and that of its client the whole mail. */
export function failureOf(error: unknown): DeliveryFailure {
  const { code, command, responseCode } = (error ?? {}) as DeliveryFailure;
  return { code, command, responseCode };
}

/** Whether the next mail would fail as well. */
export function isTransportFailure(error: unknown): boolean {
  return BLOCKED.has(failureOf(error).code);
}
