import { administer } from './test-server';

/** For jest to write what it has to say. */
const LAST_MS = 10_000;

export default async function tearDown(): Promise<void> {
  await globalThis.closeShared?.();
  const server = globalThis.gatehouseTestServer;
  const template = process.env.GATEHOUSE_TEST_TEMPLATE;
  if (server && template) await administer(server.url, `DROP DATABASE IF EXISTS ${template} WITH (FORCE)`);
  await server?.stop();
  // A run ends by itself, but for what a test that failed half-way may have left open.
  setTimeout(() => process.exit(), LAST_MS).unref();
}
