import { availableParallelism } from 'node:os';
import type { Environment } from '../platform/config';
import { warningFinding } from '../platform/doctor';
import { LONGEST_CODE_POINTS } from './password';

const RECOMMENDED_LENGTH = 15;
const RECOMMENDED_COST = 12;

export class PasswordSettings {
  /** In Unicode code points. 15 is NIST SP 800-63B-4's minimum where the password is the only factor. */
  readonly minLength: number;
  readonly maxLength = LONGEST_CODE_POINTS;
  /** The cost of bcrypt; each step doubles the work. */
  readonly cost: number;
  /** One thread per core, because bcrypt keeps a core busy. */
  readonly threads = availableParallelism();
  /** The longest wait for hashing, in milliseconds; beyond it requests are refused at once with 503 or 429. */
  readonly longestWaitMs = 20_000;
  /** The range API of a list of breached passwords; undefined: no list is used. */
  readonly breachedPasswordsUrl: string | undefined;

  constructor(environment: Environment) {
    this.minLength = environment.number('PASSWORD_MIN_LENGTH', 15, { min: 8, max: 64, integer: true });
    const weakest = environment.production ? 10 : 4;
    this.cost = environment.number('BCRYPT_COST', 12, { min: weakest, max: 15, integer: true });
    const url = environment.webUrl('BREACHED_PASSWORDS_URL');
    if (url?.username || url?.password)
      environment.addFault('BREACHED_PASSWORDS_URL', 'holds a password', 'use a URL without a password');
    this.breachedPasswordsUrl = url?.href;
    if (this.minLength < RECOMMENDED_LENGTH)
      environment.addFinding(
        warningFinding(
          `passwords of ${this.minLength} characters are accepted, and there is no second factor`,
          `PASSWORD_MIN_LENGTH of ${RECOMMENDED_LENGTH} or more`,
        ),
      );
    if (this.cost < RECOMMENDED_COST)
      environment.addFinding(
        warningFinding(
          `passwords are hashed at bcrypt cost ${this.cost}`,
          `BCRYPT_COST of ${RECOMMENDED_COST} or more`,
        ),
      );
  }
}
