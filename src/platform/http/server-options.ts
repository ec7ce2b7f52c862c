import type { FastifyInstance } from 'fastify';
import { TrustedProxies } from './proxies';

/** What depends on the settings, which are read after the server is created. */
export interface ServerOptions {
  /** Proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are trusted. */
  trustedProxies: TrustedProxies;
  /** The path of PUBLIC_URL, such as `/auth`; empty where it has none. An ingress may pass it on or strip it. */
  publicPath: string;
  /** Refuses requests over http, except health checks. */
  httpsOnly: boolean;
}

const optionsByServer = new WeakMap<object, ServerOptions>();

/** Options of a new server: it trusts no proxy, serves at the root and accepts http. */
export function defaultServerOptions(): ServerOptions {
  return { trustedProxies: new TrustedProxies(), publicPath: '', httpsOnly: false };
}

export function attachServerOptions({ server }: FastifyInstance, options: ServerOptions): void {
  optionsByServer.set(server, options);
}

/** Changes options of a server that `createFastify` created. */
export function configureServer(fastify: FastifyInstance, changes: Partial<ServerOptions>): void {
  Object.assign(serverOptionsOf(fastify), changes);
}

export function serverOptionsOf({ server }: FastifyInstance): ServerOptions {
  const options = optionsByServer.get(server);
  if (!options) throw new TypeError('The server was not created by createFastify()');
  return options;
}
