import type { Answer, ProblemBody } from './api';
import type { TestApp } from './app';
import { MANIFEST, placeOf, routesWhere } from './manifest';

/** The routes that ask for permissions, each with the one. */
export const PERMITTED: readonly (readonly [string, string])[] = routesWhere(
  ({ permissions }) => permissions.length > 0,
).map((route) => [route, MANIFEST[route]?.permissions.join(' ') ?? '']);

export const PERMISSIONS = [...new Set(PERMITTED.map(([, permission]) => permission))];

/** Asks a route for something that does not exist, or with a body that has nothing. */
export async function ask(app: TestApp, route: string, token?: string): Promise<Answer<ProblemBody>> {
  const { method, path } = placeOf(route);
  const hasBody = method !== 'GET' && method !== 'DELETE';
  return app.api.send<ProblemBody>(method, path, {
    ...(token !== undefined && { token }),
    ...(hasBody && { json: {} }),
  });
}

export function expectForbidden({ status, headers, body }: Answer<ProblemBody>, permission: string): void {
  expect({ status, code: body.code }).toEqual({ status: 403, code: 'insufficient-permission' });
  expect(headers.get('www-authenticate')).toBe(
    `Bearer realm="Gatehouse", error="insufficient_scope", scope="${permission}"`,
  );
}

/** The guard admits the caller; the handler finds nothing there or refuses the body. */
export function expectAdmitted({ status }: Answer<ProblemBody>): void {
  expect([200, 404, 422]).toContain(status);
}
