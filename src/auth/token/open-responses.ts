import type { ServerResponse } from 'node:http';
import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Clock } from '../../platform/clock';
import { ChangeFeed } from '../../platform/change-feed';
import { responseTo } from '../../platform/http';
import type { AccessClaims } from '../../tokens';
import { AccessState } from './access-state';

const EVERY_MS = 100;

/**
 * Closes responses that outlast their access token, such as event streams and large downloads, because the guard decides only when a
 * request begins. The bound is that of every revocation, one second.
 */
@Injectable()
export class OpenResponses implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly open = new Map<ServerResponse, AccessClaims>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly access: AccessState,
    private readonly feed: ChangeFeed,
    private readonly clock: Clock,
  ) {}

  /** Watches the response to a request that these claims authorise until it has ended. */
  watch(request: FastifyRequest, claims: AccessClaims): void {
    const response = responseTo(request);
    this.open.set(response, claims);
    // At once: what is kept until the next check moves into the part of the heap that is rarely collected. Not by the close of the
    // request, which follows the end of its body.
    response.once('close', () => this.open.delete(response));
  }

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.closeRevoked(), EVERY_MS).unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  private async closeRevoked(): Promise<void> {
    if (this.open.size === 0) return;
    const isKnown = await this.isMemoryFresh();
    for (const [response, claims] of this.open) {
      // A response that has not begun is not closed, so that a request which revokes its own session gets its answer.
      if (!response.headersSent || (isKnown && !this.isOver(claims))) continue;
      this.open.delete(response);
      response.socket?.destroy();
    }
  }

  private isOver(claims: AccessClaims): boolean {
    return claims.exp * 1_000 <= this.clock.nowMs() || this.access.refusalOf(claims) !== undefined;
  }

  /** Where the change feed is unavailable, responses are closed, as new requests are refused. */
  private async isMemoryFresh(): Promise<boolean> {
    try {
      await this.feed.ensureFresh();
      return true;
    } catch {
      return false;
    }
  }
}
