import { DomainError } from './domain-error';

/** A cause may lead back to itself. */
const DEEPEST = 8;

/**
 * Why something failed, for an operator: the words of an error and of its causes, each once, without those that a client is told
 * instead; of a name with several addresses, each address.
 */
export function reasonOf(error: unknown): string {
  const words: string[] = [];
  let each = error;
  for (let depth = 0; depth < DEEPEST && each !== undefined; depth++) {
    const own = isForClients(each) ? '' : wordsOf(each);
    if (own !== '' && !words.some((said) => said.includes(own))) words.push(own);
    each = each instanceof Error ? each.cause : undefined;
  }
  return words.join('\n  because: ');
}

/** What is behind it is the reason. */
function isForClients(error: unknown): boolean {
  return error instanceof DomainError && error.cause !== undefined;
}

function wordsOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join('; ') || error.message;
  return error instanceof Error ? error.message || error.name : String(error);
}
