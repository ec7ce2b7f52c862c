import { Injectable } from '@nestjs/common';
import { MoreThanOrEqual } from 'typeorm';
import type { Principal } from '../../access';
import { Clock } from '../../platform/clock';
import { Database } from '../../platform/database';
import { EventBus } from '../../platform/events';
import { type ClientInfo, Conflict, NotFound } from '../../platform/http';
import { StoredFactor } from './factor.entity';
import { FactorKinds } from './factor-kinds';
import { FactorOwners } from './factor-owners';
import { FactorNotices } from './factor-notices';
import { FactorAdded, FactorRemoved } from '../second-step.events';

/** A factor that the user has proved. */
export interface NewFactor {
  readonly kind: string;
  readonly name: string | null;
  /** Whether the user's factors of this kind are removed, in the same transaction. */
  readonly isReplacing?: boolean;
  /** Stores what the factor is made of under its id, in the same transaction. May throw, which stores nothing. */
  readonly store: (factorId: string) => Promise<void>;
}

export interface AddedFactor {
  readonly factor: StoredFactor;
  /** Codes for when the factor is lost, with the first factor only; they cannot be read again. */
  readonly recoveryCodes: readonly string[] | null;
}

/** The factors of users, of any kind. Every change locks the user first. */
@Injectable()
export class Factors {
  constructor(
    private readonly kinds: FactorKinds,
    private readonly owners: FactorOwners,
    private readonly notices: FactorNotices,
    private readonly database: Database,
    private readonly events: EventBus,
    private readonly clock: Clock,
  ) {}

  /** Oldest first. */
  async list(userId: string): Promise<StoredFactor[]> {
    return this.database.repository(StoredFactor).find({ where: { userId }, order: { id: 'ASC' } });
  }

  /** What the kinds say of the factors of a user beside the rest, by the id of the factor. */
  async membersOf(userId: string): Promise<ReadonlyMap<string, object>> {
    return this.kinds.membersOf(userId);
  }

  async recoveryCodesLeftOf(userId: string): Promise<number> {
    return (await this.kinds.recovery?.count(userId)) ?? 0;
  }

  /** The kinds that a user can use now, the most convenient first. A kind without a provider counts, but cannot be used. */
  async offeredTo(userId: string): Promise<string[]> {
    const stored = new Set((await this.list(userId)).map(({ kind }) => kind));
    const offered: string[] = [];
    for (const { options, provider } of this.kinds.all())
      if (stored.has(options.kind) || (await provider.isOfferedTo?.(userId))) offered.push(options.kind);
    return offered;
  }

  /**
   * Adds a factor. The first one ends the other sessions, and its notice has a link that undoes it.
   * @throws Conflict where the address is not verified; InvalidToken where the session is over
   */
  async add(principal: Principal, factor: NewFactor, { language }: ClientInfo): Promise<AddedFactor> {
    const { userId, sessionId } = principal;
    const { kind, name, isReplacing = false } = factor;
    return this.database.transaction(async () => {
      const user = await this.owners.lock(principal);
      if (!user.emailVerified) throw new Conflict('Verify the email address before you add a factor.');
      const replaced = isReplacing
        ? await this.database.repository(StoredFactor).findBy({ userId, kind })
        : [];
      await this.deleteRows(replaced);
      const stored = {
        id: this.clock.newId(),
        userId,
        kind,
        name,
        createdAt: this.clock.now(),
        lastUsedAt: null,
      };
      await this.database.repository(StoredFactor).insert(stored);
      await factor.store(stored.id);
      await this.events.publish(new FactorAdded({ subjectId: userId, sessionId, details: { kind } }));
      if (!user.hasFactor) await this.owners.endPreparations(userId);
      await this.notices.notifyAdded(user, { sessionId, language, isFirst: !user.hasFactor });
      if (!user.hasFactor || replaced.length > 0) await this.owners.endOtherSessions(principal);
      if (user.hasFactor) return { factor: stored, recoveryCodes: null };
      return { factor: stored, recoveryCodes: (await this.kinds.recovery?.issue(userId)) ?? null };
    });
  }

  /** @throws NotFound */
  async rename(userId: string, id: string, name: string | null): Promise<StoredFactor> {
    const factors = this.database.repository(StoredFactor);
    await factors.update({ id, userId }, { name });
    const renamed = await factors.findOneBy({ id, userId });
    if (!renamed) throw new NotFound();
    return renamed;
  }

  /** Removes a factor and ends the other sessions. @throws NotFound */
  async remove(principal: Principal, id: string, { language }: ClientInfo): Promise<void> {
    const { userId, sessionId } = principal;
    await this.database.transaction(async () => {
      const user = await this.owners.lock(principal);
      const found = await this.database.repository(StoredFactor).findOneBy({ id, userId });
      if (!found) throw new NotFound();
      await this.delete([found]);
      await this.owners.endOtherSessions(principal);
      await this.notices.notifyRemoved(user, { sessionId, language });
    });
  }

  /**
   * Removes the factors that were added since an instant, and the recovery codes, which may have been replaced since. To be called in a
   * transaction that has locked the user.
   */
  async removeSince(userId: string, since: Date): Promise<void> {
    await this.delete(
      await this.database.repository(StoredFactor).findBy({ userId, createdAt: MoreThanOrEqual(since) }),
    );
    await this.kinds.recovery?.clear(userId);
  }

  /** To be called in the transaction that opens the session. */
  async recordUse(id: string): Promise<void> {
    await this.database.repository(StoredFactor).update({ id }, { lastUsedAt: this.clock.now() });
  }

  private async deleteRows(removed: readonly StoredFactor[]): Promise<void> {
    for (const { id, userId, kind } of removed) {
      await this.database.repository(StoredFactor).delete({ id });
      await this.events.publish(new FactorRemoved({ subjectId: userId, details: { kind } }));
    }
  }

  private async delete(removed: readonly StoredFactor[]): Promise<void> {
    await this.deleteRows(removed);
    const factors = this.database.repository(StoredFactor);
    const userId = removed[0]?.userId;
    if (userId !== undefined && !(await factors.existsBy({ userId })))
      await this.kinds.recovery?.clear(userId);
  }
}
