import { Injectable } from '@nestjs/common';
import type { ChainLink, StoredEvent } from './audit-event';
import { AuditMac, commitmentTo } from './audit-mac';
import { ChainStore } from './chain.store';
import { type AuditFinding, findingAt, findingIn } from './audit-finding';

/** A row that is sealed. */
type SealedRow = StoredEvent & { readonly sequence: number };

/** Says of one row what is wrong with it. */
@Injectable()
export class RowVerifier {
  constructor(
    private readonly store: ChainStore,
    private readonly seals: AuditMac,
  ) {}

  /** @returns the link the row is, or what was done there */
  async verify(row: SealedRow, before: ChainLink): Promise<ChainLink | AuditFinding> {
    if (row.sequence > before.sequence + 1)
      return findingIn('removed', before.sequence + 1, row.sequence - 1);
    // Only where somebody has taken away that numbers are unique, or begins before the first.
    if (row.sequence <= before.sequence) return findingAt('inserted', row);
    const link = this.seals.nextLink(before, row.seal);
    const isGenuine = this.isGenuine(row);
    if (isGenuine && isLinked(row, link))
      return isPersonalGenuine(row) ? link : findingAt('personal-altered', row);
    return isGenuine ? this.placeFault(row, link) : this.contentFault(row, before);
  }

  verifyUnsealed(row: StoredEvent): AuditFinding | undefined {
    if (!this.isGenuine(row)) return findingAt('inserted', row);
    return isPersonalGenuine(row) ? undefined : findingAt('personal-altered', row);
  }

  private isGenuine(row: StoredEvent): boolean {
    return this.seals.macOf(row).equals(row.seal);
  }

  /** A genuine row: the one that belongs here, with its link spoilt, if whatever comes next goes on from that link. */
  private async placeFault(row: SealedRow, link: ChainLink): Promise<AuditFinding> {
    const [next] = await this.store.page(row, 1);
    const head = await this.store.head();
    const goesOn = next
      ? isLinked(next, this.seals.nextLink(link, next.seal))
      : head?.chain.equals(link.chain) === true;
    return findingAt(goesOn ? 'altered' : 'reordered', row);
  }

  /** A row whose content and seal do not fit: one of ours if the chain knows its seal, or knows what it should be. */
  private contentFault(row: SealedRow, before: ChainLink): AuditFinding {
    const seals = [row.seal, this.seals.macOf(row)];
    const wasOurs = seals.some((seal) => isLinked(row, this.seals.nextLink(before, seal)));
    return findingAt(wasOurs ? 'altered' : 'inserted', row);
  }
}

function isLinked(row: StoredEvent, { chain }: ChainLink): boolean {
  return row.chain?.equals(chain) === true;
}

/** Erased is as good as kept; changed is not. */
function isPersonalGenuine({ commitment, personal }: StoredEvent): boolean {
  return personal === null || commitment?.equals(commitmentTo(personal)) === true;
}
