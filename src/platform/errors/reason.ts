import { DomainError } from './domain-error';

/** A chain of causes may be circular. */
const DEEPEST = 8;

/**
 * Why something failed, for an operator: the messages of an error and of its causes, each once, without messages that are
 * written for clients. An AggregateError gives the message of each of its errors.
 */
export function reasonOf(error: unknown): string {
  const messages: string[] = [];
  let each = error;
  for (let depth = 0; depth < DEEPEST && each !== undefined; depth++) {
    const own = isForClients(each) ? '' : messageOf(each);
    if (own !== '' && !messages.some((message) => message.includes(own))) messages.push(own);
    each = each instanceof Error ? each.cause : undefined;
  }
  return messages.join('\n  because: ');
}

/** Its cause is the reason. */
function isForClients(error: unknown): boolean {
  return error instanceof DomainError && error.cause !== undefined;
}

function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join('; ') || error.message;
  return error instanceof Error ? error.message || error.name : String(error);
}
