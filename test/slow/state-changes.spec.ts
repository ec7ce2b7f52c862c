import type { TestApp } from '../support/app';
import { sharedApp } from '../support/shared-app';
import { type Ask, CHANGES, expectAfter } from '../support/state-changes';

/** The requests that the default suite does not send. */
const REQUESTS: [refusal: string, Ask][] = ['/v1/auth/principal', '/v1/users/me/export', '/v1/sessions'].map(
  (path) => ['invalid-token', async ({ api }, { accessToken: token }) => api.get(path, { token })],
);

let app: TestApp;

beforeAll(async () => {
  app = await sharedApp({ smtp: true });
});

describe('after this happened to an account:', () => {
  it.each(CHANGES)('%s, sessions are %s, the old password is %s', async (...change) => {
    await expect(expectAfter(app, change, REQUESTS)).resolves.toBeUndefined();
  });
});
