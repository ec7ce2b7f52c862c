import { Injectable } from '@nestjs/common';
import type { AuditRecord } from './audit-event';
import { AuditStore } from './audit.store';

const PAGE_ROWS = 1_000;

/** `from` is inclusive, `to` exclusive; undefined: unbounded. */
export interface AuditPeriod {
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
}

/** Exports the audit trail for other systems. */
@Injectable()
export class AuditExport {
  constructor(private readonly store: AuditStore) {}

  /** @returns the events, the oldest first, read in pages on demand */
  async *events({ from, to }: AuditPeriod = {}): AsyncGenerator<AuditRecord, void, undefined> {
    for (let after: string | undefined; ;) {
      const page = await this.store.find({ from, to }, { order: 'oldest', after, limit: PAGE_ROWS });
      yield* page;
      if (page.length < PAGE_ROWS) return;
      after = page.at(-1)?.id;
    }
  }
}
