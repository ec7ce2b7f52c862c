import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DatabaseServer } from './platform/database';
import { HttpSettings } from './platform/http';

/** What a person wants to know once the application listens; machines get a log line. */
export function startupMessage(app: NestFastifyApplication): string {
  const { production, publicUrl, appName, docs } = app.get(HttpSettings);
  if (production) return '';
  const lines = [
    `${appName} is ready.`,
    `  API        ${publicUrl}/v1`,
    ...(docs ? [`  Documents  ${publicUrl}/docs (OpenAPI: ${publicUrl}/openapi.json)`] : []),
    `  Data       ${app.get(DatabaseServer).location}`,
    '  Try first:',
    `    curl -i ${publicUrl}/v1/auth/register -H 'content-type: application/json' \\`,
    `      -d '{"email":"ada@example.com","password":"teal otters juggle 7 lanterns"}'`,
  ];
  return `\n${lines.join('\n')}\n\n`;
}
