import type { Environment } from '../config';
import { bytesOf, weaknessOf } from './auth-secret';

const MEND = 'use 32 random bytes: openssl rand -hex 32';

/** The secret that wraps every other key. */
export class KeyringSettings {
  readonly secret: Buffer;

  constructor(environment: Environment) {
    const text = environment.text('AUTH_SECRET');
    const problem = text === undefined ? 'is not set' : weaknessOf(text);
    if (problem) environment.fault('AUTH_SECRET', problem, MEND);
    this.secret = (text && bytesOf(text)) || Buffer.alloc(0);
  }
}
