import { Injectable } from '@nestjs/common';
import { NIL } from 'uuid';
import { Clock } from '../platform/clock';
import { Upkeep } from '../platform/upkeep';
import { SessionSettings } from './session.settings';
import { SessionStore } from './session.store';

const HOUR_MS = 3_600_000;
const PAGE_ROWS = 1_000;

/** Deletes sessions that are over, an hour after they were revoked or as soon as they have expired, page by page. */
@Injectable()
export class SessionsUpkeep {
  /** Where the next page begins. */
  private after: string = NIL;

  constructor(
    private readonly store: SessionStore,
    private readonly settings: SessionSettings,
    private readonly clock: Clock,
    upkeep: Upkeep,
  ) {
    upkeep.add({ name: 'sessions', everyMs: HOUR_MS, batch: async () => this.purge() });
  }

  private async purge(): Promise<boolean> {
    const nowMs = this.clock.nowMs();
    const bounds = this.settings.boundsAt(nowMs);
    const last = await this.store.purge(this.after, new Date(nowMs - HOUR_MS), bounds, PAGE_ROWS);
    this.after = last ?? NIL;
    return last !== undefined;
  }
}
