import 'reflect-metadata';
import { administer, databaseUrl, startTestServer, type TestServer } from './test-server';
import { startApp } from './app';
import { TEAM_SETTINGS } from './team-settings';

declare global {
  var gatehouseTestServer: TestServer | undefined;
}

/** One server for the run and one migrated database in it, of which every test application gets a copy. */
export default async function setUp(): Promise<void> {
  // The workers inherit them, for packages that read them there.
  Object.assign(process.env, TEAM_SETTINGS);
  const server = await startTestServer();
  const template = `gatehouse_template_${process.pid}`;
  try {
    await administer(server.url, `CREATE DATABASE ${template}`);
    const app = await startApp({
      env: { DATABASE_URL: databaseUrl(server.url, template) },
      ownThreads: true,
    });
    // Each application makes its own, as old as its clock says.
    await app.query('TRUNCATE keys');
    await app.close();
  } catch (error) {
    // jest runs no teardown after a failed setup.
    await server.stop();
    throw error;
  }
  globalThis.gatehouseTestServer = server;
  process.env.GATEHOUSE_TEST_SERVER = server.url;
  process.env.GATEHOUSE_TEST_PREFIX = `gatehouse_test_${process.pid}_`;
  process.env.GATEHOUSE_TEST_TEMPLATE = template;
}
