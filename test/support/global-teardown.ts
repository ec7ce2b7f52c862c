import { administer } from './test-server';

export default async function tearDown(): Promise<void> {
  await globalThis.closeShared?.();
  const server = globalThis.gatehouseTestServer;
  const template = process.env.GATEHOUSE_TEST_TEMPLATE;
  if (server && template) await administer(server.url, `DROP DATABASE IF EXISTS ${template} WITH (FORCE)`);
  await server?.stop();
}
