import type { Answer, ProblemBody } from './api';
import type { TestApp } from './app';
import { MANIFEST, placeOf, routesWhere } from './manifest';

/** The routes that ask for permissions, each with all that it asks for. */
export const PERMITTED: readonly (readonly [string, readonly string[]])[] = routesWhere(
  ({ permissions }) => permissions.length > 0,
).map((route) => [route, MANIFEST[route]?.permissions ?? []]);

export const PERMISSIONS = [...new Set(PERMITTED.flatMap(([, required]) => required))];

/** Asks a route for something that does not exist, or with a body that has nothing. */
export async function ask(app: TestApp, route: string, token?: string): Promise<Answer<ProblemBody>> {
  const { method, path } = placeOf(route);
  const hasBody = method !== 'GET' && method !== 'DELETE';
  return app.api.send<ProblemBody>(method, path, {
    ...(token !== undefined && { token }),
    ...(hasBody && { json: {} }),
  });
}

/** The guard refuses the caller for the permissions that are missing. */
function expectForbidden({ status, headers, body }: Answer<ProblemBody>, missing: readonly string[]): void {
  expect({ status, code: body.code }).toEqual({ status: 403, code: 'insufficient-permission' });
  expect(headers.get('www-authenticate')).toBe(
    `Bearer realm="Gatehouse", error="insufficient_scope", scope="${missing.join(' ')}"`,
  );
}

/** The guard admits the caller; the handler finds nothing there or refuses the body. */
export function expectAdmitted({ status }: Answer<ProblemBody>): void {
  expect([200, 404, 422]).toContain(status);
}

/** A caller with these permissions is admitted to a route that asks for no other, and refused by the rest. */
export async function expectDecision(
  app: TestApp,
  [route, required]: (typeof PERMITTED)[number],
  token: string,
  held: readonly string[],
): Promise<void> {
  const missing = required.filter((permission) => !held.includes(permission));
  const answer = await ask(app, route, token);
  if (missing.length > 0) expectForbidden(answer, missing);
  else expectAdmitted(answer);
}
