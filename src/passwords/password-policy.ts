import { Injectable } from '@nestjs/common';
import { ValidationFailed } from '../platform/errors';
import { HttpSettings } from '../platform/http';
import { BreachedPasswords } from './breached-passwords';
import { lengthOf, normalisePassword } from './password';
import { type PasswordOwner, PasswordStrength } from './password-strength';
import { PasswordSettings } from './password.settings';

/** What a password is refused for, by code. */
const DETAILS = {
  'password-common':
    'Many people have this password, so it is tried first. Choose one of your own, as several words.',
  'password-guessable':
    'This password is easy to guess. Several words that do not belong together are better.',
  'password-personal': 'This password is made of your address, your name or the name of this application.',
  'password-breached':
    'This password is in a list of passwords that were stolen elsewhere. Choose another one.',
} as const;

/** Which passwords may be set (NIST SP 800-63B-4 section 3.1.1.2, ASVS 5.0 section 6.2): long enough, and hard to guess. */
@Injectable()
export class PasswordPolicy {
  constructor(
    private readonly settings: PasswordSettings,
    private readonly strength: PasswordStrength,
    private readonly breached: BreachedPasswords,
    private readonly http: HttpSettings,
  ) {}

  /** What a password is refused for here, beside its length. */
  get refused(): string[] {
    const codes = Object.keys(DETAILS) as (keyof typeof DETAILS)[];
    const asked = codes.filter((code) => code !== 'password-breached' || this.settings.breachedPasswordsUrl);
    return asked.map((code) => code.slice('password-'.length));
  }

  /** What no password may be made of, beside the user's own address and name. */
  get contextWords(): string[] {
    return [this.http.appName];
  }

  /**
   * @param pointer where it stands in the request, for the problem
   * @throws ValidationFailed
   */
  async assertAcceptable(password: string, pointer: string, owner: PasswordOwner): Promise<void> {
    const { minLength, maxLength } = this.settings;
    const length = lengthOf(password);
    if (length < minLength || length > maxLength) {
      const code = length < minLength ? 'password-too-short' : 'password-too-long';
      throw refused(pointer, code, `A password has ${minLength} to ${maxLength} characters.`);
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
