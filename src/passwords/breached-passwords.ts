import { createHash } from 'node:crypto';
import { Injectable, Logger } from '@nestjs/common';
import { sendRequest } from '../platform/outbound';
import { PasswordSettings } from './password.settings';

const WITHIN_MS = 2_000;
const PREFIX_LETTERS = 5;

/**
 * Queries a list of breached passwords by range (k-anonymity; the protocol of Pwned Passwords). Only five characters of the SHA-1 are
 * sent, and padded responses hide how many entries share them. SHA-1 is the index of the list and protects nothing.
 */
@Injectable()
export class BreachedPasswords {
  private readonly logger = new Logger('BreachedPasswords');

  constructor(private readonly settings: PasswordSettings) {}

  /** @returns false also where no list is configured or it is unavailable, because it must not block registrations */
  async has(password: string): Promise<boolean> {
    const { breachedPasswordsUrl: url } = this.settings;
    if (url === undefined) return false;
    const digest = createHash('sha1').update(password, 'utf8').digest('hex').toUpperCase();
    const [prefix, rest] = [digest.slice(0, PREFIX_LETTERS), digest.slice(PREFIX_LETTERS)];
    try {
      return isListed(await this.range(`${url.replace(/\/$/, '')}/${prefix}`), rest);
    } catch (error) {
      this.logger.warn({ error }, 'List of breached passwords unavailable; password accepted unchecked');
      return false;
    }
  }

  private async range(url: string): Promise<string> {
    const headers = { 'add-padding': 'true', 'user-agent': 'gatehouse' };
    const { status, body } = await sendRequest(url, { headers, withinMs: WITHIN_MS });
    if (status !== 200) throw new Error(`The list of breached passwords responded with ${status}`);
    return body;
  }
}

/** @param text lines of `SUFFIX:COUNT`, where padding has the count 0 */
function isListed(text: string, suffix: string): boolean {
  const lines = text.split('\n').flatMap((line) => line.trim() || []);
  if (!lines.every((line) => /^[\dA-F]{35}:\d+$/i.test(line)))
    throw new Error('The list of breached passwords responded with no valid range');
  return lines.some((line) => {
    const [listed, count] = line.split(':');
    return listed?.toUpperCase() === suffix && Number(count) > 0;
  });
}
