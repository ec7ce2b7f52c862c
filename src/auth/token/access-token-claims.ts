import { Injectable, type OnModuleInit } from '@nestjs/common';
import { extensionDecorator, Extensions } from '../../platform/extensions';
import { type AddedClaims, REGISTERED_CLAIMS } from '../../tokens';

/** Whom an access token is signed for. */
export interface TokenOwner {
  readonly userId: string;
}

/** Says more of a user than every access token does. */
export interface AccessTokenClaimsProvider {
  /**
   * Called for every sign-in, reauthentication and refresh, and waited for, before anything of it is done but
   * login checks. Nothing secret:
   * whoever holds the token reads it. A throw is the answer to that request (`Unavailable` for 503); nobody is signed out by
   * it, and the same request can be repeated.
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
export const AccessTokenClaims = extensionDecorator<AccessTokenClaimsOptions>();

// Neither what every object has nor what JSON is written by.
const ROLE_NAME_PATTERN = /^(?!(?:__proto__|constructor|prototype|toJSON)$)[A-Za-z][\w.:/#-]*$/;

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
        if (!ROLE_NAME_PATTERN.test(claim) || claim in {})
          throw new Error(
            `${provider} states "${claim}", which is no name for a claim.\n  → use another name`,
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
   * @param findOwner looked for only where somebody has something to say of them; null: nobody is there to say it of
   * @throws Error where a provider says what it has not declared, or all of them too much
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
