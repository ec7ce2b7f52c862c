import { COMMITTED, type Contract } from './contract';

/** The steps to a part of the document. */
export type Place = readonly (string | number)[];

const PATHS = ['auth/login', 'auth/refresh', 'auth/register', 'auth/logout', 'auth/reauthenticate']
  .concat('users', 'users/me', 'users/{id}')
  .map((path) => `/v1/${path}`);

/** The part of the document that the changes are made in: the whole of it takes four times as long. */
export const PART: Contract = {
  ...COMMITTED,
  paths: Object.fromEntries(
    Object.entries(COMMITTED.paths).filter(([path]) => [...PATHS, '/health/live'].includes(path)),
  ),
};

export const LOGIN = ['paths', '/v1/auth/login', 'post'];
export const SCHEMAS = ['components', 'schemas'];
export const PROFILE = [...SCHEMAS, 'ProfileResponse'];
export const REGISTER = [...SCHEMAS, 'RegisterRequest'];
export const UNION = [...SCHEMAS, 'Reauthenticate401Problem'];

/** The document with something else at a place; undefined takes away what was there, and a function gets it. */
export function changed(place: Place, to: unknown): Contract {
  return changedIn(PART, place, to) as Contract;
}

/** A copy along the way to the place; the rest is the same. */
function changedIn(part: unknown, [step, ...rest]: Place, to: unknown): unknown {
  if (step === undefined) return typeof to === 'function' ? (to as (value: unknown) => unknown)(part) : to;
  const before = part as Record<string | number, unknown>;
  const value = changedIn(before[step], rest, to);
  const copy = Array.isArray(part) ? [...(part as unknown[])] : { ...before };
  if (value === undefined) delete (copy as Record<string | number, unknown>)[step];
  else (copy as Record<string | number, unknown>)[step] = value;
  return copy;
}

export const and = (more: unknown) => (all: unknown[]) => [...all, more];
