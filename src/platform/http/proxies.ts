import { BlockList, isIP } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { Environment } from '../config';

/** Whose word on the client's address and scheme is taken. */
export class TrustedProxies {
  private readonly addresses = new BlockList();
  isEmpty = true;

  has(address: string | undefined): boolean {
    if (address === undefined) return false;
    return this.addresses.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
  }

  /** @returns whether the text names addresses of proxies: one, or a range that is not the whole Internet */
  add(text: string): boolean {
    const [address = '', prefix, ...rest] = text.split('/');
    const family = isIP(address);
    const bits = family === 6 ? 128 : 32;
    const length = prefix === undefined ? bits : /^\d{1,3}$/.test(prefix) ? Number(prefix) : 0;
    if (family === 0 || rest.length > 0 || length < 1 || length > bits) return false;
    this.addresses.addSubnet(address, length, family === 6 ? 'ipv6' : 'ipv4');
    this.isEmpty = false;
    return true;
  }
}

export function readTrustedProxies(environment: Environment): TrustedProxies {
  const proxies = new TrustedProxies();
  for (const text of environment.list('TRUSTED_PROXIES')) {
    if (!proxies.add(text))
      environment.fault(
        'TRUSTED_PROXIES',
        `has ${JSON.stringify(text)}`,
        'use the addresses of your proxies, as 10.1.2.3 or 10.1.0.0/16, separated by commas',
      );
  }
  return proxies;
}

// A server is made before the settings are read, and asks for every request who is trusted.
const trusted = new WeakMap<object, { proxies: TrustedProxies }>();

/** What a server is made with: nobody is trusted until `trustProxies` says who. */
export function trustNobodyYet(): {
  readonly trusts: (address: string) => boolean;
  readonly attach: (fastify: FastifyInstance) => void;
} {
  const holder = { proxies: new TrustedProxies() };
  return {
    trusts: (address) => holder.proxies.has(address),
    attach: (fastify) => void trusted.set(fastify, holder),
  };
}

/** From now on `request.ip` and `request.protocol` are what these proxies say (X-Forwarded-For, X-Forwarded-Proto). */
export function trustProxies(fastify: FastifyInstance, proxies: TrustedProxies): void {
  const holder = trusted.get(fastify);
  if (!holder) throw new TypeError('The server was not made by createFastify()');
  holder.proxies = proxies;
}
