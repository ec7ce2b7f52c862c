import { SITE } from './site.ts';

const ROOT = `${SITE.base}/account`;

/** What the address asks for: a page, or what the link of a mail is for. */
export interface Place {
  /** Below `/account`; empty for the account itself. */
  readonly path: string;
  /** The token of a mail link, which is in memory only. */
  readonly token?: string | undefined;
  /** Another number each time, so that a link that is opened again begins anew. */
  readonly visit: number;
}

type Listener = (place: Place) => void;
const listeners = new Set<Listener>();
let visits = 0;

/** Reads the address, and removes the token from it: from the history, from bookmarks and from what is shared or captured. */
export function readPlace(): Place {
  const token = new URLSearchParams(location.hash.slice(1)).get('token') ?? undefined;
  if (token !== undefined) history.replaceState(null, '', location.pathname + location.search);
  return { path: location.pathname.slice(ROOT.length).replaceAll(/^\/|\/$/g, ''), token, visit: visits++ };
}

export function addressOf(path: string): string {
  return path === '' ? ROOT : `${ROOT}/${path}`;
}

/** @param replace leaves no entry of the present page in the history */
export function goTo(path: string, replace = false): void {
  if (replace) history.replaceState(null, '', addressOf(path));
  else history.pushState(null, '', addressOf(path));
  notify();
}

/** @returns a function that removes the listener */
export function onPlaceChange(listener: Listener): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

function notify(): void {
  const place = readPlace();
  for (const listener of listeners) listener(place);
}

addEventListener('popstate', notify);
