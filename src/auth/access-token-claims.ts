import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { Extensions } from '../platform/extensions';
import { type AddedClaims, REGISTERED_CLAIMS } from '../tokens';

/** Whom an access token is signed for. */
export interface TokenOwner {
  readonly userId: string;
  readonly sessionId: string;
  readonly roles: readonly string[];
}

/** Says more of a user than every access token does. */
export interface AccessTokenClaimsProvider {
  /**
   * Called for every sign-in, reauthentication and refresh, and waited for. Nothing secret: whoever holds the token reads it.
   * A throw is the answer to that request (`Unavailable` for 503), and nobody is signed out by it.
   *
   * @returns JSON values by claim name; no names but those that were declared
   */
  claimsOf(owner: TokenOwner): Promise<AddedClaims>;
}

export interface AccessTokenClaimsOptions {
  /** The claims that it states, and nobody else does (RFC 7519 section 4.3: private names; a URI never collides). */
  readonly names: readonly string[];
}

/** Makes a provider, an `AccessTokenClaimsProvider`, add to every access token. Guards find it in `Principal.claims`. */
export const AccessTokenClaims = DiscoveryService.createDecorator<AccessTokenClaimsOptions>();

/** In bytes of JSON. A browser drops a cookie of more than 4,096 bytes without a word. */
const LARGEST_BYTES = 1_024;

/** What all of them have to say. */
@Injectable()
export class AddedTokenClaims implements OnModuleInit {
  constructor(private readonly extensions: Extensions) {}

  /** @throws Error where a name is the application's own, or that of two providers */
  onModuleInit(): void {
    const owners = new Map<string, string>();
    for (const { name: provider, options } of this.providers()) {
      for (const claim of options.names) {
        if (REGISTERED_CLAIMS.has(claim))
          throw new Error(
            `${provider} states the claim "${claim}", which is registered.\n  → use another name`,
          );
        const other = owners.get(claim);
        if (other !== undefined)
          throw new Error(
            `${other} and ${provider} both state the claim "${claim}".\n  → rename one of them`,
          );
        owners.set(claim, provider);
      }
    }
  }

  /** @throws Error where a provider says what it has not declared, or all of them too much */
  async of(owner: TokenOwner): Promise<AddedClaims> {
    const stated = await Promise.all(
      this.providers().map(async ({ name, options, provider }) => {
        const claims = await provider.claimsOf(owner);
        const undeclared = Object.keys(claims).filter((claim) => !options.names.includes(claim));
        if (undeclared.length > 0)
          throw new Error(`${name} did not declare the claims ${undeclared.join(', ')}`);
        return claims;
      }),
    );
    const claims = Object.assign({}, ...stated) as AddedClaims;
    const bytes = Buffer.byteLength(JSON.stringify(claims));
    if (bytes > LARGEST_BYTES)
      throw new Error(
        `the added claims of an access token are ${bytes} bytes long: ${LARGEST_BYTES} at most`,
      );
    return claims;
  }

  private providers() {
    return this.extensions.of<AccessTokenClaimsProvider, AccessTokenClaimsOptions>(AccessTokenClaims);
  }
}
