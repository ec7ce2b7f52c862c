import { Injectable } from '@nestjs/common';
import { ValidationFailed } from '../platform/errors';
import { HttpSettings } from '../platform/http';
import { BreachedPasswords } from './breached-passwords';
import { lengthOf, normalisePassword } from './password';
import { type PasswordOwner, PasswordStrength } from './password-strength';
import { PasswordSettings } from './password.settings';

/** The details of refusals, by code. */
const DETAILS = {
  'password-common':
    'This password is in a list of common passwords. Choose another one, such as several unrelated words.',
  'password-guessable':
    'This password is easy to guess. Choose another one, such as several unrelated words.',
  'password-personal':
    'This password consists mainly of your email address, your name or the name of this application.',
  'password-breached': 'This password is in a list of passwords from data breaches. Choose another one.',
} as const;

/** What front ends need to know of the rules. */
export interface PasswordRules {
  /** In Unicode code points, after NFC normalisation. */
  readonly minLength: number;
  readonly maxLength: number;
  /** The reasons other than length for which passwords are refused under these settings. */
  readonly refused: readonly string[];
  /** The words that no password may consist of, besides the address and the name of the user. */
  readonly contextWords: readonly string[];
}

/** Requires new passwords to be long and hard to guess (NIST SP 800-63B-4 section 3.1.1.2, ASVS 5.0 section 6.2). */
@Injectable()
export class PasswordPolicy {
  constructor(
    private readonly settings: PasswordSettings,
    private readonly strength: PasswordStrength,
    private readonly breached: BreachedPasswords,
    private readonly http: HttpSettings,
  ) {}

  get rules(): PasswordRules {
    const { minLength, maxLength, breachedPasswordsUrl } = this.settings;
    const codes = Object.keys(DETAILS).filter((code) => code !== 'password-breached' || breachedPasswordsUrl);
    return {
      minLength,
      maxLength,
      refused: codes.map((code) => code.slice('password-'.length)),
      contextWords: [this.http.appName],
    };
  }

  /**
   * @param pointer to the password in the request (RFC 6901)
   * @throws ValidationFailed
   */
  async assertAcceptable(password: string, pointer: string, owner: PasswordOwner): Promise<void> {
    const { minLength, maxLength } = this.settings;
    const length = lengthOf(password);
    if (length < minLength || length > maxLength) {
      const code = length < minLength ? 'password-too-short' : 'password-too-long';
      throw refused(pointer, code, `Must have ${minLength} to ${maxLength} characters.`);
    }
    const code = await this.weaknessOf(normalisePassword(password), owner);
    if (code) throw refused(pointer, code, DETAILS[code], true);
  }

  private async weaknessOf(
    password: string,
    owner: PasswordOwner,
  ): Promise<keyof typeof DETAILS | undefined> {
    const weakness = await this.strength.weaknessOf(password, owner, this.http.appName);
    return weakness ?? ((await this.breached.has(password)) ? 'password-breached' : undefined);
  }
}

function refused(pointer: string, code: string, detail: string, afterWork = false): ValidationFailed {
  return new ValidationFailed([{ pointer, code, detail }], afterWork);
}
