import { type DynamicModule, Injectable, Module } from '@nestjs/common';

/** `resource:action`. */
export type Permission = `${string}:${string}`;

/** The permissions of a module, each with one line of description for administrators who compose roles. */
export type PermissionDescriptions = Readonly<Record<Permission, string>>;

const WORD = /^[a-z][a-z0-9-]*:[a-z][a-z0-9-]*$/;

/** The permissions that the modules of this application declare. */
@Injectable()
export class KnownPermissions {
  private readonly words = new Map<string, string>();

  /** @throws Error for a malformed permission, and for one that another module has declared */
  declare(words: PermissionDescriptions): void {
    for (const [word, description] of Object.entries(words)) {
      if (!WORD.test(word)) throw new Error(`"${word}" is no permission: write it as resource:action`);
      if (this.words.has(word)) throw new Error(`the permission "${word}" is declared twice`);
      this.words.set(word, description);
    }
  }

  has(word: string): boolean {
    return this.words.has(word);
  }

  /** In alphabetical order, with their descriptions. */
  all(): readonly (readonly [word: string, description: string])[] {
    return [...this.words].toSorted(([a], [b]) => (a < b ? -1 : 1));
  }
}

/** A module that checks permissions imports `PermissionsModule.of(…)` with those it checks. */
@Module({ providers: [KnownPermissions], exports: [KnownPermissions] })
export class PermissionsModule {
  static of(words: PermissionDescriptions): DynamicModule {
    const declaration = Symbol('declaration');
    const useFactory = (known: KnownPermissions): PermissionDescriptions => {
      known.declare(words);
      return words;
    };
    return {
      module: DeclarationModule,
      imports: [PermissionsModule],
      providers: [{ provide: declaration, useFactory, inject: [KnownPermissions] }],
    };
  }
}

@Module({})
class DeclarationModule {}
