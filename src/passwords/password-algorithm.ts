import { Injectable, type OnModuleInit } from '@nestjs/common';
import { type Extension, Extensions, extensionDecorator } from '../platform/extensions';

/**
 * Hashes passwords by an algorithm other than bcrypt. The input is an HMAC-SHA-256 of the whole password under a key of the application,
 * in base64: always 44 ASCII characters.
 */
export interface PasswordAlgorithm {
  /** @returns at most 400 characters in the PHC string format, which begin with `$` and the lower-case name of the algorithm, such as `$scrypt$…` */
  hash(digest: string): Promise<string>;
  /** Whether the algorithm made a hash, under current or former parameters. */
  understands(hash: string): boolean;
  /**
   * Must run off the main thread, compare in constant time, and take as long as under the current parameters, because the duration must not
   * reveal former parameters.
   * @param hash one that it understands; null for a user without a hash, which takes the same work and returns false
   */
  check(digest: string, hash: string | null): Promise<boolean>;
  /** Whether a hash has former parameters and is to be replaced at the next sign-in. */
  isOutdated(hash: string): boolean;
}

export interface PasswordHashingOptions {
  /**
   * Whether hashes of bcrypt are no longer accepted. By default they are accepted and replaced at the next sign-in, and every check takes as
   * long as both algorithms, so that the duration does not reveal the algorithm of a hash.
   */
  readonly withoutBcrypt?: boolean;
}

/** Hashes new passwords by a `PasswordAlgorithm` provider. */
export const PasswordHashing = extensionDecorator<PasswordHashingOptions | undefined>();

/** The `@PasswordHashing()` provider, where a module has one. */
@Injectable()
export class ConfiguredAlgorithm implements OnModuleInit {
  private found: readonly Extension<PasswordHashingOptions | undefined, PasswordAlgorithm>[] | undefined;

  constructor(private readonly extensions: Extensions) {}

  /** @throws Error where two modules have one */
  onModuleInit(): void {
    const [first, second] = this.all();
    if (first && second)
      throw new Error(
        `${first.name} and ${second.name} are both @PasswordHashing().\n  → remove one of them; the other may understand its hashes, too`,
      );
  }

  /** Undefined where only bcrypt is used. */
  get current(): PasswordAlgorithm | undefined {
    return this.all()[0]?.provider;
  }

  /** Whether hashes of bcrypt are accepted. */
  get acceptsBcrypt(): boolean {
    return !this.all()[0]?.options?.withoutBcrypt;
  }

  // Resolved on first use, because commands that hash nothing do not initialise the modules.
  private all(): readonly Extension<PasswordHashingOptions | undefined, PasswordAlgorithm>[] {
    return (this.found ??= this.extensions.of(PasswordHashing));
  }
}
