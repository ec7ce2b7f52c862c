import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Clock } from '../platform/clock';
import { Unavailable } from '../platform/errors';
import { ChangeFeed } from '../platform/change-feed';
import { KeyUnreadable } from '../platform/keyring';
import { JobScheduler } from '../platform/jobs';
import { type SigningKey, signingKeyOf, type VerificationKey, verificationKeyOf } from './signing-key';
import { SigningKeyStore } from './signing-key.store';
import { TokenSettings } from './token.settings';

/** The application's own signing keys, in memory; which one signs is for the schedule to say. */
@Injectable()
export class SigningKeys implements OnModuleInit {
  private readonly logger = new Logger('SigningKeys');
  private keys: readonly SigningKey[] = [];
  private live: ReadonlyMap<string, SigningKey> = new Map();
  private retired: ReadonlyMap<string, VerificationKey> = new Map();

  constructor(
    private readonly store: SigningKeyStore,
    private readonly settings: TokenSettings,
    private readonly clock: Clock,
    feed: ChangeFeed,
    upkeep: JobScheduler,
  ) {
    const load = async () => this.reload();
    feed.subscribe({ topic: 'key', keepMs: 0, apply: load, reload: load });
    upkeep.schedule({ name: 'signing-keys', everyMs: 60_000, runBatch: async () => this.rotateIfDue() });
  }

  async onModuleInit(): Promise<void> {
    await this.store.publishedAtStart();
    await this.load();
  }

  /** Those that are published, newest first. */
  get all(): readonly SigningKey[] {
    return this.keys;
  }

  get current(): SigningKey {
    const { schedule, algorithm } = this.settings;
    const signer = schedule.signer(this.keys, algorithm, this.clock.nowMs());
    // Not loaded yet, or taken out while the others cannot be opened.
    if (!signer) throw new Unavailable();
    return signer;
  }

  /**
   * A key whose tokens may be alive.
   * @param kid as it stands in a token: any string at all
   */
  find(kid: string): SigningKey | undefined {
    return this.live.get(kid);
  }

  /** Like `find`, and also a key whose tokens have all expired. */
  findEver(kid: string): VerificationKey | undefined {
    return this.live.get(kid) ?? this.retired.get(kid);
  }

  private async load(): Promise<void> {
    const published = await this.store.published();
    const retired = await this.store.retired();
    this.take(published.map(signingKeyOf), retired.map(verificationKeyOf));
  }

  /**
   * While it runs, an instance may be left behind by a change of AUTH_SECRET. It goes on with what it has: a key that is
   * still in the table is used, one that was taken out is not. Readiness tells that it cannot open them.
   */
  private async reload(): Promise<void> {
    try {
      await this.load();
    } catch (error) {
      if (!(error instanceof KeyUnreadable)) throw error;
      this.logger.warn({ error }, 'keys cannot be opened: those that are known go on');
      const { published, retired } = await this.store.listReadable();
      this.take(
        published.flatMap((key) => ('material' in key ? signingKeyOf(key) : (this.live.get(key.id) ?? []))),
        retired.flatMap((key) =>
          'material' in key ? verificationKeyOf(key) : (this.findEver(key.id) ?? []),
        ),
      );
    }
  }

  private take(published: readonly SigningKey[], retired: readonly VerificationKey[]): void {
    this.keys = published;
    this.live = new Map(published.map((key) => [key.kid, key]));
    this.retired = new Map(retired.map((key) => [key.kid, key]));
  }

  private async rotateIfDue(): Promise<boolean> {
    await this.store.rotateIfDue();
    return false;
  }
}
