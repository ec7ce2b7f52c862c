import { satisfiesAcr } from '../access';
import type { AccessManifest, RouteAccess } from './access-manifest';

/** What is different for those who use the routes, a line each; what lets more people do more comes first. */
export function describeAccessChanges(former: AccessManifest, now: AccessManifest): string[] {
  const routes = [...new Set([...Object.keys(former), ...Object.keys(now)])].toSorted();
  const changes = routes.flatMap((route) => changesAt(route, former[route], now[route]));
  return [...changes.filter(isWider), ...changes.filter((change) => !isWider(change))];
}

const WIDER = 'more permissive: ';

function isWider(change: string): boolean {
  return change.startsWith(WIDER);
}

function changesAt(route: string, former: RouteAccess | undefined, now: RouteAccess | undefined): string[] {
  if (!former) return now ? [`${isOpen(now) ? WIDER : ''}${route} is new: ${wordsOf(now)}`] : [];
  if (!now) return [`${route} is gone`];
  const fields = Object.keys({ ...former, ...now }) as (keyof RouteAccess)[];
  return fields
    .filter((field) => JSON.stringify(former[field]) !== JSON.stringify(now[field]))
    .map((field) => {
      const prefix = IS_WIDER[field]?.(former, now) ? WIDER : '';
      return `${prefix}${route}: ${field} was ${textOf(former[field], field)}, is ${textOf(now[field], field)}`;
    });
}

/** Whether a change of a field lets in what was kept out. A limit or a body that only changes may be either, and is shown as wider. */
const IS_WIDER: {
  readonly [Field in keyof RouteAccess]?: (former: RouteAccess, now: RouteAccess) => boolean;
} = {
  caller: (former, now) => former.caller === 'signed in' || now.caller === 'anybody',
  strategies: (former, now) =>
    former.caller === 'signed in' && lacks(former.strategies ?? ['jwt'], now.strategies),
  permissions: (former, now) => lacks(now.permissions, former.permissions),
  recentSignIn: (former) => former.recentSignIn,
  acr: (former, now) => !satisfiesAcr(now.acr ?? 'aal1', former.acr ?? 'aal1'),
  guards: (former, now) => lacks(now.guards, former.guards),
  limits: (former, now) => lacks(now.limits, former.limits),
  crossSite: (former) => former.crossSite === 'refused',
  cache: (_, now) => now.cache !== 'no-store',
  body: () => true,
};

function lacks(all: readonly string[], wanted: readonly string[]): boolean {
  return wanted.some((each) => !all.includes(each));
}

function isOpen({ caller, cache }: RouteAccess): boolean {
  return caller !== 'signed in' || cache !== 'no-store';
}

function wordsOf({ caller, strategies, permissions, recentSignIn, cache, body }: RouteAccess): string {
  const asked = [...permissions, ...(recentSignIn ? ['a recent sign-in'] : [])];
  const known = strategies.some((strategy) => strategy !== 'jwt')
    ? `known by ${strategies.join(' or ')}`
    : caller;
  const who = asked.length > 0 ? `${known}, with ${asked.join(' and ')}` : known;
  return [
    who,
    ...(cache === 'no-store' ? [] : [`its answer may be kept: ${cache}`]),
    ...(body === undefined ? [] : [`its body: ${body}`]),
  ].join('; ');
}

function textOf(value: unknown, field: keyof RouteAccess): string {
  if (field === 'body' && value === undefined) return 'the default';
  return Array.isArray(value) ? value.join(', ') || 'nothing' : String(value);
}
