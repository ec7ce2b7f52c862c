import { Injectable, type OnModuleInit } from '@nestjs/common';
import { type Extension, Extensions } from '../../platform/extensions';
import {
  Factor,
  type FactorOptions,
  type FactorProvider,
  type JudgedProof,
  Recovery,
  type RecoveryProvider,
} from './factor';

export type FactorKind<Proof = never> = Extension<FactorOptions, FactorProvider<Proof>>;

const KIND = /^[a-z][a-z0-9-]*$/;

/** The kinds of factors that the modules of this application provide. */
@Injectable()
export class FactorKinds implements OnModuleInit {
  private kinds: readonly FactorKind[] = [];

  constructor(private readonly extensions: Extensions) {}

  /** @throws Error for a malformed kind, and for one of two providers */
  onModuleInit(): void {
    const found = this.extensions.of<FactorProvider, FactorOptions>(Factor);
    this.kinds = found.toSorted((a, b) => a.options.order - b.options.order);
    for (const [index, { name, options }] of this.kinds.entries()) {
      if (!KIND.test(options.kind))
        throw new Error(
          `${name} is a @Factor() of the kind "${options.kind}".\n  → use lower-case letters, digits and hyphens`,
        );
      const other = this.kinds.slice(0, index).find((each) => each.options.kind === options.kind);
      if (other)
        throw new Error(
          `${other.name} and ${name} are both the factor "${options.kind}".\n  → rename one of them`,
        );
    }
    if (this.extensions.of(Recovery).length > 1)
      throw new Error('Two providers are @Recovery().\n  → remove one of them');
  }

  /** In the order in which they are offered. */
  all(): readonly FactorKind[] {
    return this.kinds;
  }

  /** @throws Error for a kind that no module provides */
  get<Proof, Judged extends JudgedProof, Begun = unknown>(
    kind: string,
  ): Extension<FactorOptions, FactorProvider<Proof, Judged, Begun>> {
    const found = this.kinds.find(({ options }) => options.kind === kind);
    if (!found) throw new Error(`no provider is a @Factor() of the kind "${kind}"`);
    return found as unknown as Extension<FactorOptions, FactorProvider<Proof, Judged, Begun>>;
  }

  /** What the kinds say of the factors of a user, by the id of the factor. */
  async membersOf(userId: string): Promise<ReadonlyMap<string, object>> {
    const found = await Promise.all(
      this.kinds.map(async ({ provider }) => provider.membersOf?.(userId) ?? []),
    );
    return new Map(found.flatMap((members) => [...members]));
  }

  get recovery(): RecoveryProvider | undefined {
    return this.extensions.of<RecoveryProvider, object>(Recovery)[0]?.provider;
  }
}
