import { createHash } from 'node:crypto';
import { Injectable, Logger } from '@nestjs/common';
import { sendRequest } from '../platform/outbound';
import { PasswordSettings } from './password.settings';

const WITHIN_MS = 2_000;
const PREFIX_LETTERS = 5;

/**
 * Asks a list of breached passwords by range: five letters of the SHA-1 leave, padded answers hide how many share them
 * (k-anonymity; the protocol of Pwned Passwords). SHA-1 is the index of that list, and protects nothing.
 */
@Injectable()
export class BreachedPasswords {
  private readonly logger = new Logger('BreachedPasswords');

  constructor(private readonly settings: PasswordSettings) {}

  /** @returns false also where nobody is asked, or nobody answers: a service of others must not stop sign-ups */
  async has(password: string): Promise<boolean> {
    const { breachedPasswordsUrl: url } = this.settings;
    if (url === undefined) return false;
    const digest = createHash('sha1').update(password, 'utf8').digest('hex').toUpperCase();
    const [prefix, rest] = [digest.slice(0, PREFIX_LETTERS), digest.slice(PREFIX_LETTERS)];
    try {
      return isListed(await this.range(`${url.replace(/\/$/, '')}/${prefix}`), rest);
    } catch (error) {
      this.logger.warn(
        { error },
        'the list of breached passwords could not be asked, so the password was let pass',
      );
      return false;
    }
  }

  private async range(url: string): Promise<string> {
    const headers = { 'add-padding': 'true', 'user-agent': 'gatehouse' };
    const { status, body } = await sendRequest(url, { headers, withinMs: WITHIN_MS });
    if (status !== 200) throw new Error(`the list of breached passwords answered ${status}`);
    return body;
  }
}

/** Lines of `SUFFIX:COUNT`; padding counts none. */
function isListed(text: string, suffix: string): boolean {
  const lines = text.split('\n').flatMap((line) => line.trim() || []);
  if (!lines.every((line) => /^[\dA-F]{35}:\d+$/i.test(line)))
    throw new Error('the list of breached passwords answered something else than a range');
  return lines.some((line) => {
    const [listed, count] = line.split(':');
    return listed?.toUpperCase() === suffix && Number(count) > 0;
  });
}
