import { expectProblem } from '../../support/problem';
import { PASSWORD, type TestApp } from '../../support/app';
import { sharedApp } from '../../support/shared-app';

describe('a request made to be expensive', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await sharedApp();
  });

  // Putting these marks into canonical order takes time with the square of their number.
  const marks = `a${'\u0301'.repeat(16_000)}${'\u0316'.repeat(16_000)}`;
  const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`p${index}`, 1]));

  it.each([
    ['a password of combining marks at sign-in', 'login', { email: 'a@example.com', password: marks }, 422],
    ['one at registration', 'register', { email: 'a@example.com', password: marks }, 422],
    [
      'a name of combining marks',
      'register',
      { email: 'a@example.com', password: PASSWORD, displayName: marks },
      422,
    ],
    ['five thousand properties', 'register', many, 400],
    ['twenty thousand values', 'register', { email: Array.from({ length: 20_000 }, () => 1) }, 400],
  ])('%s is refused before it costs anything', async (_, route, json, status) => {
    const normalise = jest.spyOn(String.prototype, 'normalize');
    const answer = await app.api.post(`/v1/auth/${route}`, { json });
    expectProblem(answer, status, status === 400 ? 'malformed-request' : 'validation-failed');
    expect(answer.text.length).toBeLessThan(2_000);
    const lengths = normalise.mock.contexts.map((text) => String(text).length);
    expect(Math.max(0, ...lengths)).toBeLessThan(2_000);
    normalise.mockRestore();
  });
});
