import { Injectable } from '@nestjs/common';
import { type ChainLink, CHAIN_START, type StoredEvent } from './audit-event';
import { AuditMac } from './audit-mac';
import { ChainStore } from './chain.store';
import { ChainCheckpoints } from './checkpoint';
import { type AuditFinding, findingIn } from './audit-finding';
import { RowVerifier } from './row-verifier';

const PAGE_ROWS = 1_000;

/** The result of a verification; with a finding, the counts are those up to it. */
export interface AuditReport {
  readonly intact: boolean;
  readonly rows: number;
  /** Rows that are not in the chain yet; a missing one could not be detected. */
  readonly unsealed: number;
  /** Rows whose personal data is erased. */
  readonly erased: number;
  readonly finding?: AuditFinding;
}

interface Walk {
  link: ChainLink;
  unsealed: number;
  erased: number;
  /** The last row that a checkpoint confirms. */
  confirmed: number;
  readonly checkpoints: ChainCheckpoints;
  readonly onProgress: (rows: number) => void;
}

/** Verifies the whole trail, page by page. */
@Injectable()
export class AuditVerification {
  constructor(
    private readonly store: ChainStore,
    private readonly rowVerifier: RowVerifier,
    private readonly mac: AuditMac,
  ) {}

  /**
   * @param checkpoints from the log, stored where the owner of the database cannot change them
   * @param onProgress receives the number of verified rows after each page
   * @throws InvalidCheckpoint
   */
  async verify(
    checkpoints: readonly string[] = [],
    onProgress: (rows: number) => void = () => undefined,
  ): Promise<AuditReport> {
    await this.mac.loadKey();
    const walk: Walk = {
      link: CHAIN_START,
      unsealed: 0,
      erased: 0,
      confirmed: 0,
      checkpoints: new ChainCheckpoints(checkpoints),
      onProgress,
    };
    const finding = (await this.chainFault(walk)) ?? (await this.unsealedFault(walk));
    const { link, unsealed, erased } = walk;
    const counts = { rows: link.sequence, unsealed, erased };
    return { intact: !finding, ...counts, ...(finding && { finding }) };
  }

  private async chainFault(walk: Walk): Promise<AuditFinding | undefined> {
    for (let last: StoredEvent | undefined; ;) {
      // Before the page, so that the page has every row up to the head.
      const head = await this.store.head();
      const rows = await this.store.page(last, PAGE_ROWS);
      if (rows.length === 0) return endFault(walk, head);
      for (const row of rows) {
        const fault = await this.step(walk, row, head);
        if (fault) return fault;
      }
      last = rows.at(-1);
      walk.onProgress(walk.link.sequence);
    }
  }

  private async step(
    walk: Walk,
    row: StoredEvent,
    head: ChainLink | undefined,
  ): Promise<AuditFinding | undefined> {
    const judged = await this.rowVerifier.verify({ ...row, sequence: row.sequence ?? 0 }, walk.link);
    if ('kind' in judged) return judged;
    const confirmed = walk.checkpoints.confirms(judged);
    const end = Math.max(judged.sequence, head?.sequence ?? 0);
    if (confirmed === false) return findingIn('rewritten', walk.confirmed + 1, end);
    walk.link = judged;
    if (confirmed) walk.confirmed = judged.sequence;
    walk.erased += isErased(row) ? 1 : 0;
    return undefined;
  }

  private async unsealedFault(walk: Walk): Promise<AuditFinding | undefined> {
    for (let after: string | undefined; ;) {
      const rows = await this.store.unsealedPage(after, PAGE_ROWS);
      for (const row of rows) {
        const fault = this.rowVerifier.verifyUnsealed(row);
        if (fault) return fault;
        walk.unsealed += 1;
        walk.erased += isErased(row) ? 1 : 0;
      }
      if (rows.length < PAGE_ROWS) return undefined;
      after = rows.at(-1)?.id;
    }
  }
}

/** Compares the end of the chain with its head and with the checkpoints. */
function endFault({ link, checkpoints }: Walk, head: ChainLink | undefined): AuditFinding | undefined {
  const { sequence, chain } = link;
  const last = Math.max(head?.sequence ?? 0, checkpoints.last);
  if (last > sequence) return findingIn('truncated', sequence + 1, last);
  const fits = head?.sequence === sequence && head.chain.equals(chain);
  return fits ? undefined : findingIn('head', sequence, sequence);
}

function isErased({ commitment, personal }: StoredEvent): boolean {
  return commitment !== null && personal === null;
}
