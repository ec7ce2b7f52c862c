import { createClient, type paths } from '../../client/src/index.ts';
import { createPasskeys } from '../../client/src/passkeys.ts';
import { SITE } from './site.ts';

/** The one client of the page. Cookie mode: no script can read the tokens. */
const client = createClient({ baseUrl: SITE.base, mode: 'cookie' });
export const { api, session } = client;
export const passkeys = createPasskeys(client);

type Body<Path extends keyof paths> = paths[Path] extends {
  get: { responses: { 200: { content: { 'application/json': infer Answer } } } };
}
  ? Answer
  : never;

export type Policy = Body<'/v1/auth/policy'>;
export type Profile = Body<'/v1/users/me'>;
export type SessionItem = Body<'/v1/sessions'>['items'][number];
export type FactorList = Body<'/v1/auth/factors'>;
