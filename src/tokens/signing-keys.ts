import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Clock } from '../platform/clock';
import { Feed } from '../platform/feed';
import { Upkeep } from '../platform/upkeep';
import { type SigningKey, signingKeyOf, type VerificationKey, verificationKeyOf } from './signing-key';
import { SigningKeyStore } from './signing-key.store';
import { TokenSettings } from './token.settings';

/** The application's own signing keys, in memory; which one signs is for the schedule to say. */
@Injectable()
export class SigningKeys implements OnModuleInit {
  private keys: readonly SigningKey[] = [];
  private live: ReadonlyMap<string, SigningKey> = new Map();
  private retired: ReadonlyMap<string, VerificationKey> = new Map();

  constructor(
    private readonly store: SigningKeyStore,
    private readonly settings: TokenSettings,
    private readonly clock: Clock,
    feed: Feed,
    upkeep: Upkeep,
  ) {
    const load = async () => this.load();
    feed.subscribe({ topic: 'key', keepMs: 0, apply: load, catchUp: load });
    upkeep.add({ name: 'signing-keys', everyMs: 60_000, batch: async () => this.rotateIfDue() });
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
    if (!signer) throw new Error('the signing keys are not loaded yet');
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
    this.keys = published.map(signingKeyOf);
    this.live = new Map(this.keys.map((key) => [key.kid, key]));
    this.retired = new Map(retired.map((key) => [key.id, verificationKeyOf(key)]));
  }

  private async rotateIfDue(): Promise<boolean> {
    await this.store.rotateIfDue();
    return false;
  }
}
