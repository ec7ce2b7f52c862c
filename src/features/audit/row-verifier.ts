import { Injectable } from '@nestjs/common';
import type { ChainLink, StoredEvent } from './audit-event';
import { AuditMac, commitmentTo } from './audit-mac';
import { ChainStore } from './chain.store';
import { type AuditFinding, findingAt, findingIn } from './audit-finding';

type SealedRow = StoredEvent & { readonly sequence: number };

@Injectable()
export class RowVerifier {
  constructor(
    private readonly store: ChainStore,
    private readonly seals: AuditMac,
  ) {}

  /** @returns the link of the row, or the finding */
  async verify(row: SealedRow, before: ChainLink): Promise<ChainLink | AuditFinding> {
    if (row.sequence > before.sequence + 1)
      return findingIn('removed', before.sequence + 1, row.sequence - 1);
    // Only after an attacker has dropped the unique constraint, or inserted a row before the first.
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

  /** For a row with a valid seal: it belongs here, and only its link was changed, if the next row continues from the expected link. */
  private async placeFault(row: SealedRow, link: ChainLink): Promise<AuditFinding> {
    const [next] = await this.store.page(row, 1);
    const head = await this.store.head();
    const goesOn = next
      ? isLinked(next, this.seals.nextLink(link, next.seal))
      : head?.chain.equals(link.chain) === true;
    return findingAt(goesOn ? 'altered' : 'reordered', row);
  }

  /** For a row whose content does not match its seal: it was changed if the chain has its seal or the expected one, and inserted otherwise. */
  private contentFault(row: SealedRow, before: ChainLink): AuditFinding {
    const seals = [row.seal, this.seals.macOf(row)];
    const wasOurs = seals.some((seal) => isLinked(row, this.seals.nextLink(before, seal)));
    return findingAt(wasOurs ? 'altered' : 'inserted', row);
  }
}

function isLinked(row: StoredEvent, { chain }: ChainLink): boolean {
  return row.chain?.equals(chain) === true;
}

/** Personal data may be erased, but not changed. */
function isPersonalGenuine({ commitment, personal }: StoredEvent): boolean {
  return personal === null || commitment?.equals(commitmentTo(personal)) === true;
}
