import { Injectable } from '@nestjs/common';
import type { AuditEventResponse } from './audit.dto';
import { AuditStore, type EventFilter } from './audit.store';

const PAGE_ROWS = 1_000;

export type AuditPeriod = Pick<EventFilter, 'from' | 'to'>;

/** Exports the audit trail for other systems. */
@Injectable()
export class AuditExport {
  constructor(private readonly store: AuditStore) {}

  /** @returns the events, the oldest first, read in pages on demand */
  async *events({ from, to }: AuditPeriod = {}): AsyncGenerator<AuditEventResponse, void, undefined> {
    for (let after: string | undefined; ;) {
      const page = await this.store.find({ from, to }, { order: 'oldest', after, limit: PAGE_ROWS });
      yield* page;
      if (page.length < PAGE_ROWS) return;
      after = page.at(-1)?.id;
    }
  }
}
