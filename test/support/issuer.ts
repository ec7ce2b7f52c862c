import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  exportJWK,
  generateKeyPair,
  type JWK,
  type JWTHeaderParameters,
  type JWTPayload,
  SignJWT,
} from 'jose';

export const AUDIENCE = 'https://reports.example.test';

interface Pair {
  readonly privateKey: Awaited<ReturnType<typeof generateKeyPair>>['privateKey'];
  readonly jwk: JWK;
}

/** An issuer that signs and publishes whatever a test wants. */
export class Issuer {
  /** What the metadata says, beyond and instead of what it should. */
  metadata: object = {};
  requests = 0;
  keySetFetches = 0;
  /** Answers nothing but 500. */
  broken = false;
  private pairs: Pair[] = [];

  private constructor(private readonly server: Server) {
    server.on('request', ({ url }, response) => {
      this.requests += 1;
      const isKeySet = url === '/keys';
      if (isKeySet) this.keySetFetches += 1;
      const found = isKeySet
        ? { keys: this.pairs.map(({ jwk }) => jwk) }
        : { issuer: this.url, jwks_uri: `${this.url}/keys`, ...this.metadata };
      response.writeHead(this.broken ? 500 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(found));
    });
  }

  static async start(): Promise<Issuer> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const issuer = new Issuer(server);
    await issuer.rotate();
    return issuer;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  get kid(): string {
    return this.current.jwk.kid ?? '';
  }

  /** Signs with a new key from now on, and publishes that alone. */
  async rotate(): Promise<void> {
    const { privateKey, publicKey } = await generateKeyPair('ES256');
    const jwk = await exportJWK(publicKey);
    this.pairs = [{ privateKey, jwk: { ...jwk, kid: `key-${Math.random()}`, alg: 'ES256', use: 'sig' } }];
  }

  /** A good token, but for these; `undefined` leaves out. */
  async token(claims: JWTPayload = {}, header: Partial<JWTHeaderParameters> = {}): Promise<string> {
    const now = Math.floor(Date.now() / 1_000);
    const good = { iss: this.url, aud: AUDIENCE, sub: 'ada', client_id: 'first-party', sid: 's', jti: 'j' };
    return new SignJWT({ ...good, iat: now, exp: now + 900, roles: ['support'], ...claims })
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: this.kid, ...header })
      .sign(this.current.privateKey);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private get current(): Pair {
    const [pair] = this.pairs;
    if (!pair) throw new Error('this issuer has no key');
    return pair;
  }
}
