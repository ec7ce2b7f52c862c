import { createClient, type paths } from '../../client/src/index.ts';
import { SITE } from './site.ts';

/** The one client of the page. Cookie mode: no script can read the tokens. */
export const { api, session } = createClient({ baseUrl: SITE.base, mode: 'cookie' });

type Body<Path extends keyof paths> = paths[Path] extends {
  get: { responses: { 200: { content: { 'application/json': infer Answer } } } };
}
  ? Answer
  : never;

export type Policy = Body<'/v1/auth/policy'>;
export type Profile = Body<'/v1/users/me'>;
export type SessionItem = Body<'/v1/sessions'>['items'][number];
export type FactorList = Body<'/v1/auth/factors'>;
