import { randomBytes } from 'node:crypto';
import { Environment } from '../config';
import { KeyringSettings } from './keyring.settings';

const FORMER = randomBytes(32).toString('hex');
const OTHER = randomBytes(32).toString('base64url');

describe('AUTH_SECRETS_RETIRED', () => {
  const faultsWith = (AUTH_SECRETS_RETIRED: string) => {
    const environment = new Environment({
      AUTH_SECRET: randomBytes(32).toString('hex'),
      AUTH_SECRETS_RETIRED,
    });
    const { retired } = environment.get(KeyringSettings);
    try {
      environment.validated([KeyringSettings]);
      return { retired, message: '' };
    } catch (error) {
      return { retired, message: String(error) };
    }
  };

  it.each([
    ['none', '', 0],
    ['one', FORMER, 1],
    ['two, with white space and a comma too many', ` ${FORMER} , ${OTHER} ,`, 2],
    ['a weak one, to get away from it', 'a'.repeat(64), 1],
  ])('may be %s', (_, value, count) => {
    const { retired, message } = faultsWith(value);
    expect(message).toBe('');
    expect(retired).toHaveLength(count);
  });

  it.each([
    ['text', `${FORMER},hunter2+hunter2`, /number 2\) that is neither hex nor base64url/],
    ['one cut off', `${FORMER.slice(0, 40)},${OTHER}`, /number 1\) that holds 20 bytes/],
    ['two without a comma', `${FORMER} ${OTHER}`, /number 1\) that is neither/],
  ])('stops the start when it holds %s, and is not repeated', (_, value, reason) => {
    const { message } = faultsWith(value);
    expect(message).toMatch(/AUTH_SECRETS_RETIRED has an entry.*\n\s+→ give every former AUTH_SECRET/);
    expect(message).toMatch(reason);
    expect(message).not.toContain(value.slice(0, 12));
    expect(message).not.toContain('hunter2');
  });
});
