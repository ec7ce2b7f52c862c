import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Unavailable } from '../platform/errors';
import { ChangeFeed } from '../platform/change-feed';
import { KeyUnreadable } from '../platform/keyring';
import { JobScheduler } from '../platform/jobs';
import { type SigningKey, signingKeyOf, type VerificationKey, verificationKeyOf } from './signing-key';
import { SigningKeyStore } from './signing-key.store';

/** The signing keys of the application, in memory. The schedule decides which one signs. */
@Injectable()
export class SigningKeys implements OnModuleInit {
  private readonly logger = new Logger('SigningKeys');
  private keys: readonly SigningKey[] = [];
  private live: ReadonlyMap<string, SigningKey> = new Map();
  private retired: ReadonlyMap<string, VerificationKey> = new Map();

  constructor(
    private readonly store: SigningKeyStore,
    feed: ChangeFeed,
    jobs: JobScheduler,
  ) {
    const load = async () => this.reload();
    feed.subscribe({ topic: 'key', keepMs: 0, apply: load, reload: load });
    jobs.schedule({ name: 'signing-keys', everyMs: 60_000, runBatch: async () => this.rotateIfDue() });
  }

  async onModuleInit(): Promise<void> {
    await this.store.publishedAtStart();
    await this.load();
  }

  /** The published keys, newest first. */
  get all(): readonly SigningKey[] {
    return this.keys;
  }

  get current(): SigningKey {
    const signer = this.store.signerOf(this.keys);
    // The keys are not loaded yet, or the signing key was revoked while the others cannot be decrypted.
    if (!signer) throw new Unavailable();
    return signer;
  }

  /**
   * A published key.
   * @param kid from a token, so any string
   */
  find(kid: string): SigningKey | undefined {
    return this.live.get(kid);
  }

  /** A published or retired key. */
  findEver(kid: string): VerificationKey | undefined {
    return this.live.get(kid) ?? this.retired.get(kid);
  }

  private async load(): Promise<void> {
    const published = await this.store.published();
    const retired = await this.store.retired();
    this.take(published.map(signingKeyOf), retired.map(verificationKeyOf));
  }

  /**
   * A running instance may still have the former AUTH_SECRET. It keeps using the keys in memory that are still in the table, and drops the
   * others. Its readiness check fails, because it cannot decrypt them.
   */
  private async reload(): Promise<void> {
    try {
      await this.load();
    } catch (error) {
      if (!(error instanceof KeyUnreadable)) throw error;
      this.logger.warn({ error }, 'Signing keys cannot be decrypted; continuing with the keys in memory');
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
