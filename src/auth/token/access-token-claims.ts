import { Injectable, type OnModuleInit } from '@nestjs/common';
import { extensionDecorator, Extensions } from '../../platform/extensions';
import { type AddedClaims, REGISTERED_CLAIMS } from '../../tokens';

export interface TokenOwner {
  readonly userId: string;
}

/** Adds claims about a user to access tokens. */
export interface AccessTokenClaimsProvider {
  /**
   * Called and awaited for every login, reauthentication and refresh, after the login checks and before the session changes. The claims
   * must not be secret, because every holder of the token can read them. A thrown error becomes the response (`Unavailable` for 503); the
   * session goes on, and the client can repeat the request.
   *
   * @returns JSON values by claim name, for declared names only
   */
  claimsOf(owner: TokenOwner): Promise<AddedClaims>;
}

export interface AccessTokenClaimsOptions {
  /** The claims that only this provider states (RFC 7519 section 4.3: private names; a URI never collides). */
  readonly names: readonly string[];
}

/** Adds the claims of an `AccessTokenClaimsProvider` to every access token. Guards read them from `Principal.claims`. */
export const AccessTokenClaims = extensionDecorator<AccessTokenClaimsOptions>();

// Excludes inherited names of objects, and toJSON, which JSON.stringify calls.
const CLAIM_NAME = /^(?!(?:__proto__|constructor|prototype|toJSON)$)[A-Za-z][\w.:/#-]*$/;

/** In bytes of JSON. A browser silently drops a cookie of more than 4,096 bytes. */
const LARGEST_BYTES = 1_024;

@Injectable()
export class AddedTokenClaims implements OnModuleInit {
  constructor(private readonly extensions: Extensions) {}

  /** @throws Error for a malformed or registered claim name, and for one of two providers */
  onModuleInit(): void {
    const owners = new Map<string, string>();
    for (const { name: provider, options } of this.providers()) {
      for (const claim of options.names) {
        if (!CLAIM_NAME.test(claim) || claim in {})
          throw new Error(
            `${provider} states "${claim}", which cannot be the name of a claim.\n  → use another name`,
          );
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

  /**
   * Called before a session is opened or rotated: a provider that fails later would leave the client with a used token.
   * @param findOwner called only where a provider exists; null where the user is unknown, which adds no claims
   * @throws Error where a provider states an undeclared claim, or the claims are too large
   */
  async collect(findOwner: () => Promise<TokenOwner | null>): Promise<AddedClaims> {
    const owner = this.providers().length > 0 ? await findOwner() : null;
    if (!owner) return {};
    const stated = await Promise.all(
      this.providers().map(async ({ name, options, provider }) => {
        const claims = await provider.claimsOf(owner);
        const undeclared = Object.keys(claims).filter((claim) => !options.names.includes(claim));
        if (undeclared.length > 0)
          throw new Error(`${name} did not declare the claims ${undeclared.join(', ')}`);
        return claims;
      }),
    );
    const json = JSON.stringify(Object.assign({}, ...stated));
    const bytes = Buffer.byteLength(json);
    if (bytes > LARGEST_BYTES)
      throw new Error(
        `the added claims of an access token are ${bytes} bytes long: ${LARGEST_BYTES} at most`,
      );
    return JSON.parse(json) as AddedClaims;
  }

  private providers() {
    return this.extensions.of<AccessTokenClaimsProvider, AccessTokenClaimsOptions>(AccessTokenClaims);
  }
}
