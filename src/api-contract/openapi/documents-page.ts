import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { SwaggerModule } from '@nestjs/swagger';
import type { FastifyInstance } from 'fastify';
import { describeApi } from './document';
import { DOCUMENTS_POLICY, NotFound } from '../../platform/http';

/** The files of Swagger UI that the page at `/docs` loads. */
const DOCUMENTS_FILES: ReadonlySet<string> = new Set([
  'favicon-16x16.png',
  'favicon-32x32.png',
  'swagger-ui-bundle.js',
  'swagger-ui-standalone-preset.js',
  'swagger-ui.css',
]);

/** Redirects `/` to the documents page, unless a controller serves it. Must be called before unrouted requests are refused. */
export function redirectToDocuments(fastify: FastifyInstance, publicPath: string): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    const isBare = request.is404 && ['GET', 'HEAD'].includes(request.method) && request.url === '/';
    if (isBare) void reply.redirect(`${publicPath}/docs`);
    else done();
  });
}

/** Serves `/openapi.json`, and Swagger UI at `/docs`. */
export function serveDocuments(app: NestFastifyApplication, publicPath: string): void {
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('onRequest', (request, reply, done) => {
    const { url = '' } = request.routeOptions;
    if (url.startsWith('/docs')) reply.header('content-security-policy', DOCUMENTS_POLICY);
    // Swagger would serve its whole package, including its version.
    const { '*': file = '' } = request.params as Readonly<Record<string, string>>;
    done(url === '/docs/*' && !DOCUMENTS_FILES.has(file) ? new NotFound() : undefined);
  });
  const describe = () => {
    const document = describeApi(app);
    // "Try it out" sends requests there.
    if (publicPath !== '')
      document.servers = [{ url: publicPath, description: 'Where this document is served' }];
    return document;
  };
  SwaggerModule.setup('docs', app, describe, {
    customSiteTitle: 'Gatehouse',
    jsonDocumentUrl: 'openapi.json',
    raw: ['json'],
  });
}
