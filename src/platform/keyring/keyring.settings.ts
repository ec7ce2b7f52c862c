import type { Environment } from '../config';
import { bytesOf, malformationOf, weaknessOf } from './auth-secret';

const FIX = 'use 32 random bytes: openssl rand -hex 32';
const RETIRED_FIX = 'give every former AUTH_SECRET as it was, separated by commas';

/** The secret that wraps every other key, and the retired ones. */
export class KeyringSettings {
  readonly secret: Buffer;
  readonly retired: readonly Buffer[];

  constructor(environment: Environment) {
    const text = environment.string('AUTH_SECRET');
    const problem = text === undefined ? 'is not set' : weaknessOf(text);
    if (problem) environment.addFault('AUTH_SECRET', problem, FIX);
    this.secret = (text && bytesOf(text)) || Buffer.alloc(0);
    this.retired = retiredIn(environment);
  }
}

/** A weak retired secret is accepted: it was in use, and retiring it is how an operator replaces it. */
function retiredIn(environment: Environment): Buffer[] {
  const texts = (environment.string('AUTH_SECRETS_RETIRED') ?? '').split(',').map((text) => text.trim());
  return texts.flatMap((text, index) => {
    if (!text) return [];
    const problem = malformationOf(text);
    if (problem)
      environment.addFault(
        'AUTH_SECRETS_RETIRED',
        `has an entry (number ${index + 1}) that ${problem}`,
        RETIRED_FIX,
      );
    return bytesOf(text) ?? [];
  });
}
