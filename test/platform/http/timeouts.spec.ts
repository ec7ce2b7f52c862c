import { createFastify, TIMEOUTS } from '../../../src/platform/http/fastify';
import { expectProblem } from '../../support/problem';
import { exchange } from '../../support/wire';

// How long each part of a request may take: slow/timed/timeouts.spec.ts.
describe('a connection', () => {
  it('has limits of time and number, whichever way the server is asked for them', () => {
    const { server } = createFastify().getInstance();
    expect(server).toMatchObject({
      headersTimeout: 10_000,
      requestTimeout: 30_000,
      connectionsCheckingInterval: 1_000,
      keepAliveTimeout: 65_000,
      timeout: 60_000,
      maxConnections: 10_000,
    });
    // Node takes the shorter for the head, whatever it is called.
    expect(TIMEOUTS.headers).toBeLessThan(TIMEOUTS.request);
  });

  it('that says nothing ends with 408', async () => {
    const server = createFastify({ ...TIMEOUTS, headers: 200, request: 500, check: 20 }).getInstance();
    const { answers } = await exchange(await server.listen({ port: 0, host: '127.0.0.1' }), '');
    for (const answer of answers) expectProblem(answer, 408, 'request-timeout');
    expect(answers).toHaveLength(1);
    await server.close();
  });
});
