import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock';
import { OnDomainEvent, SecurityEvent } from '../../platform/events';
import { type RequestContext, CurrentRequest, sourceOf } from '../../platform/http';
import type { AuditEvent, PersonalFields } from './audit-event';
import { AuditMac, commitmentTo } from './audit-mac';
import { AuditStore } from './audit.store';
import { EventSampling, type SkippedCounts } from './event-sampling';

/** Records every security event in the transaction that publishes it; a rollback removes the record as well. */
@Injectable()
export class AuditLog {
  private readonly sampling = new EventSampling();

  constructor(
    private readonly store: AuditStore,
    private readonly seals: AuditMac,
    private readonly request: CurrentRequest,
    private readonly clock: Clock,
  ) {}

  /** @throws TypeError for an event whose class has no type */
  @OnDomainEvent(SecurityEvent, 'inTransaction')
  async record(event: SecurityEvent): Promise<void> {
    const { type, sampled } = event.eventClass;
    if (!type) throw new TypeError(`${event.constructor.name} is a security event without a type`);
    const { context } = this.request;
    const skipped = sampled
      ? this.sampling.take(type, context.userId ?? sourceOf(context.ipAddress), this.clock.nowMs())
      : NOTHING_SKIPPED;
    if (!skipped) return;
    const { actorId = context.userId, subjectId = null } = event.facts;
    const personal = personalFieldsOf(context, actorId ?? subjectId);
    await this.seals.loadKey();
    const row = this.eventOf(event, { actorId, subjectId, requestId: context.requestId }, skipped, personal);
    await this.store.write({ ...row, seal: this.seals.macOf(row) }, personal);
  }

  private eventOf(
    { eventClass, facts }: SecurityEvent,
    about: Pick<AuditEvent, 'actorId' | 'subjectId' | 'requestId'>,
    skipped: SkippedCounts,
    personal: PersonalFields | null,
  ): AuditEvent {
    const id = this.clock.newId();
    return {
      id,
      occurredAt: instantOf(id),
      type: eventClass.type,
      outcome: eventClass.outcome,
      ...about,
      sessionId: facts.sessionId ?? null,
      details: jsonOf({ ...facts.details, ...counts(skipped) }),
      commitment: personal && commitmentTo(personal),
    };
  }
}

const NOTHING_SKIPPED: SkippedCounts = { skipped: 0, skippedElsewhere: 0 };

function personalFieldsOf(
  { ipAddress, userAgent }: RequestContext,
  userId: string | null,
): PersonalFields | null {
  if (ipAddress === null && userAgent === null) return null;
  return { userId, salt: randomBytes(32), ipAddress, userAgent: userAgent && storable(userAgent) };
}

function counts(skipped: SkippedCounts): Record<string, number> {
  return Object.fromEntries(Object.entries(skipped).filter(([, count]) => count > 0));
}

/** The millisecond in a UUIDv7: id and instant agree in every row, so that a period is a range of ids. */
function instantOf(id: string): string {
  const ms = parseInt(id.replaceAll('-', '').slice(0, 12), 16);
  return `${new Date(ms).toISOString().slice(0, -1)}000Z`;
}

function jsonOf(details: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(details, (_, value: unknown) =>
    typeof value === 'string' ? storable(value) : value,
  );
}

/** Without characters that PostgreSQL does not store. */
function storable(text: string): string {
  return text.replaceAll('\0', '\u{FFFD}').toWellFormed();
}
