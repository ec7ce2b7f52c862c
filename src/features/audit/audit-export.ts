import { Injectable } from '@nestjs/common';
import type { AuditRecord } from './audit-event';
import { AuditStore } from './audit.store';

const PAGE_ROWS = 1_000;

/** From inclusive, to exclusive; what is left out is not bounded. */
export interface AuditPeriod {
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
}

/** The trail for other systems. */
@Injectable()
export class AuditExport {
  constructor(private readonly store: AuditStore) {}

  /** The oldest first, read in pages as they are taken. */
  async *events({ from, to }: AuditPeriod = {}): AsyncGenerator<AuditRecord, void, undefined> {
    for (let after: string | undefined; ;) {
      const page = await this.store.find({ from, to }, { order: 'oldest', after, limit: PAGE_ROWS });
      yield* page;
      if (page.length < PAGE_ROWS) return;
      after = page.at(-1)?.id;
    }
  }
}
