import { Injectable, type OnModuleInit } from '@nestjs/common';
import { type Extension, Extensions, extensionDecorator } from '../platform/extensions';

/**
 * Hashes passwords otherwise than by bcrypt. What it is given is an HMAC-SHA-256 of the whole password under a key of the
 * application's, in base64: 44 ASCII characters, whatever somebody typed.
 */
export interface PasswordAlgorithm {
  /** @returns a text of at most 400 characters that begins with `$` and a name of its own in small letters, as `$scrypt$…` (the PHC string format) */
  hash(digest: string): Promise<string>;
  /** Whether a hash is one of its own, of today's parameters or of former ones. */
  understands(hash: string): boolean;
  /**
   * Off the main thread, comparing in constant time, and as much work as today's parameters take whatever those of the hash
   * are: how long it takes must not tell whose is of former days.
   * @param hash one that it understands; null for somebody who has none: the same work, and false
   */
  check(digest: string, hash: string | null): Promise<boolean>;
  /** Whether a hash that it understands is below today's parameters, and is to be replaced at the next sign-in. */
  isOutdated(hash: string): boolean;
}

export interface PasswordHashingOptions {
  /**
   * Whether bcrypt is not used any more at all. Left out, hashes of bcrypt go on working and are replaced at the next sign-in,
   * and every check takes as long as both, so that nobody can tell whose hash is of which kind.
   */
  readonly withoutBcrypt?: boolean;
}

/** Makes a provider, a `PasswordAlgorithm`, hash the passwords that are set from then on. */
export const PasswordHashing = extensionDecorator<PasswordHashingOptions | undefined>();

/** The one that a module brings along, where one does. */
@Injectable()
export class ConfiguredAlgorithm implements OnModuleInit {
  private found: readonly Extension<PasswordHashingOptions | undefined, PasswordAlgorithm>[] | undefined;

  constructor(private readonly extensions: Extensions) {}

  /** @throws Error where there are two */
  onModuleInit(): void {
    const [first, second] = this.all();
    if (first && second)
      throw new Error(
        `${first.name} and ${second.name} are both @PasswordHashing().\n  → take one of them away; the other may understand its hashes, too`,
      );
  }

  /** Undefined: bcrypt does it all. */
  get current(): PasswordAlgorithm | undefined {
    return this.all()[0]?.provider;
  }

  /** Whether hashes of bcrypt are understood. */
  get acceptsBcrypt(): boolean {
    return !this.all()[0]?.options?.withoutBcrypt;
  }

  // Asked for when it is needed: a command that hashes nothing does not initialise the rooms.
  private all(): readonly Extension<PasswordHashingOptions | undefined, PasswordAlgorithm>[] {
    return (this.found ??= this.extensions.of(PasswordHashing));
  }
}
