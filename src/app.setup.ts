import { VersioningType } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from './app.module';
import { serveDocuments } from './openapi';
import { acceptOnlyJson, createFastify, HttpSettings, RouteTable } from './platform/http';
import { Log, logRequests } from './platform/logging';
import { Metrics } from './platform/metrics';

/** The application, ready to listen. A failure throws; nothing is printed. */
export async function createApplication(): Promise<NestFastifyApplication> {
  const options = { abortOnError: false, bodyParser: false, logger: false } as const;
  const app = await NestFactory.create<NestFastifyApplication>(AppModule, createFastify(), options);
  return setUp(app);
}

/** Everything that is done to the application before it listens; the tests do the same. */
export function setUp(app: NestFastifyApplication): NestFastifyApplication {
  const fastify = app.getHttpAdapter().getInstance();
  app.useLogger(app.get(Log));
  app.get(RouteTable).watch(fastify);
  acceptOnlyJson(fastify);
  fastify.addHook('onRequest', (request, reply, done) => {
    // Closed by default here, too: what may be cached says so itself.
    reply.headers({ 'x-request-id': request.id, 'cache-control': 'no-store' });
    done();
  });
  logRequests(fastify);
  app.get(Metrics).watch(fastify);
  app.enableVersioning({ type: VersioningType.URI });
  if (app.get(HttpSettings).docs) serveDocuments(app);
  app.enableShutdownHooks();
  return app;
}
