import { PasswordStrength, type PasswordWeakness } from '../../src/passwords/password-strength';
import type { ProblemBody } from '../support/api';
import { startApp, type TestApp } from '../support/app';
import {
  APP_NAME,
  COMMON,
  GOOD,
  GUESSABLE,
  OF_THE_APPLICATION,
  OWNER,
  PERSONAL,
} from '../support/guessable-passwords';
import { violations } from '../support/problem';

let app: TestApp;
let people = 0;

beforeAll(async () => {
  app = await startApp({ estimates: true, env: { PASSWORD_MIN_LENGTH: '8', APP_NAME } });
});

afterAll(async () => app.close());

const weaknessOf = async (password: string): Promise<PasswordWeakness | undefined> =>
  app.nest.get(PasswordStrength).weaknessOf(password, OWNER, APP_NAME);

describe('the strength of a new password', () => {
  it.each(COMMON)('is that of a common one: %j', async (password) => {
    expect(await weaknessOf(password)).toBe('password-common');
  });

  it.each(GUESSABLE)('is that of a guessable one: %j', async (password) => {
    expect(await weaknessOf(password)).toBe('password-guessable');
  });

  it.each(PERSONAL)('is that of a personal one: %j', async (password) => {
    expect(await weaknessOf(password)).toBe('password-personal');
  });

  it.each(OF_THE_APPLICATION)('is not enough with the name of the application: %j', async (password) => {
    expect(await weaknessOf(password)).toMatch(/^password-(personal|guessable)$/);
  });

  it.each(GOOD)('is enough: %j', async (password) => {
    const email = `holder-${++people}@example.com`;
    const json = { ...OWNER, email, password };
    expect(violations(await app.api.post<ProblemBody>('/v1/auth/register', { json }))).toEqual({});
    expect((await app.api.post('/v1/auth/login', { json: { email, password } })).status).toBe(200);
  });
});
