import type { ProblemBody } from '../../support/api';
import type { TestApp } from '../../support/app';
import { sendHead } from '../../support/bytes';
import { inParallel } from '../../support/parallel';
import { sharedApp } from '../../support/shared-app';

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe('a request id', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await sharedApp();
  });

  const idGivenFor = async (id: string, path = '/health/live') =>
    (await app.api.get(path, { headers: { 'x-request-id': id } })).headers.get('x-request-id');

  it('is made for every request that brings none, a new one each time', async () => {
    const ids = await inParallel(20, async () =>
      (await app.api.get('/health/live')).headers.get('x-request-id'),
    );
    expect(new Set(ids).size).toBe(20);
    for (const id of ids) expect(id).toMatch(UUID_V7);
  });

  it.each(['01a208a7-4857-7193-8ce4-ec31303df754', 'trace_1.2-3', 'a'.repeat(64)])(
    'is kept where the caller brings a harmless one: %s',
    async (id) => {
      expect(await idGivenFor(id)).toBe(id);
    },
  );

  it.each([
    'short',
    'a'.repeat(65),
    'two words',
    'a"quote"b',
    '<script>alert(1)</script>',
    '{"level":50}',
    "'; DROP TABLE users; --",
    '../../etc/passwd',
    '%0d%0aset-cookie:x',
    '${jndi:ldap://x}',
    'größe-größe',
  ])('is replaced where the caller brings a hostile one: %s', async (id) => {
    const { headers } = await sendHead(app.api.url, 'GET /health/live', `x-request-id: ${id}`);
    expect(headers.get('x-request-id')).toMatch(UUID_V7);
  });

  it('is replaced where there are two', async () => {
    const two = ['x-request-id: first-of-two', 'x-request-id: second-of-two'];
    const { headers } = await sendHead(app.api.url, 'GET /health/live', ...two);
    expect(headers.get('x-request-id')).toMatch(UUID_V7);
  });

  it('is the instance of a problem', async () => {
    for (const path of ['/nope', '/v1/users/me', '/%zz']) {
      const headers = { 'x-request-id': 'from-the-caller' };
      const { body } = await app.api.get<ProblemBody>(path, { headers });
      expect(body.instance).toBe('from-the-caller');
      expect(await idGivenFor('from-the-caller', path)).toBe('from-the-caller');
    }
  });
});
