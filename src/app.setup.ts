import { Logger, VersioningType } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from './app.module';
import { redirectToDocuments, serveDocuments } from './api-contract';
import { storePublicUrl } from './platform/config';
import { Database, DatabaseSettings } from './platform/database';
import {
  enableCors,
  limitBodyBytes,
  configureServer,
  createFastify,
  CurrentRequest,
  HttpSettings,
  RequestBodies,
  RouteTable,
} from './platform/http';
import { Log, logRequests } from './platform/logging';
import { Metrics } from './platform/metrics';

/** Part of every address, and so of the document, too. */
export const VERSIONING = { type: VersioningType.URI } as const;

/** The application, ready to listen. A failure throws, and prints nothing of its own. */
export async function createApplication(): Promise<NestFastifyApplication> {
  // Lines wait for the application's own logger, which the settings are needed for.
  const options = { abortOnError: false, bodyParser: false, bufferLogs: true, autoFlushLogs: false } as const;
  const app = await NestFactory.create<NestFastifyApplication>(AppModule, createFastify(), options);
  setUp(app).flushLogs();
  return app.enableShutdownHooks(['SIGTERM', 'SIGINT', 'SIGHUP'], { useProcessExit: true });
}

/** Everything that is done to the application before it listens; the tests do the same. */
export function setUp(app: NestFastifyApplication): NestFastifyApplication {
  const fastify = app.getHttpAdapter().getInstance();
  const settings = app.get(HttpSettings);
  app.useLogger(app.get(Log));
  configureServer(fastify, {
    trustedProxies: settings.trustedProxies,
    publicPath: settings.publicPath,
    httpsOnly: settings.production,
  });
  enableCors(fastify, settings.corsOrigins, settings.corsHeaders);
  app.get(RouteTable).recordRoutes(fastify);
  limitBodyBytes(fastify);
  app.get(RequestBodies).accept(fastify);
  logRequests(fastify);
  app.get(Metrics).observeRequests(fastify);
  if (settings.docs) redirectToDocuments(fastify, settings.publicPath);
  app.get(RouteTable).refuseUnknownRoutes(fastify);
  const request = app.get(CurrentRequest);
  request.track(fastify);
  app.get(Database).limitConnectionsPerUser(() => request.userId);
  app.enableVersioning(VERSIONING);
  if (settings.docs) serveDocuments(app, settings.publicPath);
  return app;
}

/** Serves where the settings say; where that fails, everything that was opened is closed again. */
export async function listen(app: NestFastifyApplication): Promise<void> {
  const { host, port, production, publicUrl, trustedProxies } = app.get(HttpSettings);
  if (production && trustedProxies.isEmpty)
    new Logger('Application').warn(
      'TRUSTED_PROXIES is empty, so no request counts as https: all but /health are refused',
    );
  try {
    await app.listen(port, host);
  } catch (error) {
    await app.close().catch(() => undefined);
    throw isPortTaken(error) ? portTaken(error) : error;
  }
  if (!production) storePublicUrl(app.get(DatabaseSettings).dataDir, publicUrl);
  new Logger('Application').log(`listening on ${await app.getUrl()}`);
}

type PortTaken = NodeJS.ErrnoException & { readonly address: string; readonly port: number };

function isPortTaken(error: unknown): error is PortTaken {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
}

function portTaken(cause: PortTaken): Error {
  const place = `${cause.address}:${cause.port}`;
  const fix = 'set PORT, or METRICS_PORT if that is the port, to another number';
  return new Error(`Another process listens on ${place} (EADDRINUSE).\n  → ${fix}`, { cause });
}
