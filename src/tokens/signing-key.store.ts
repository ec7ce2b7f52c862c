import { Injectable } from '@nestjs/common';
import { Clock } from '../platform/clock';
import { EventBus } from '../platform/events';
import { type KeyringKey, Keyring } from '../platform/keyring';
import type { ScheduledKey } from './key-schedule';
import { makeSigningKey, publicMaterialOf, signingKeyOf } from './signing-key';
import { SigningKeyRevoked, SigningKeyRotated } from './signing-key.events';
import { TokenSettings } from './token.settings';

/** A key pair that signs, or that may have signed a token which has not expired. */
const SIGNING = 'signing';
/** The public key of a retired pair: its tokens have expired, and may still be presented at a logout. */
const RETIRED = 'retired-signing';

type ReadableKeys = Awaited<ReturnType<Keyring['listReadable']>>;

/** Reads, rotates, retires and revokes the signing keys in the keyring. */
@Injectable()
export class SigningKeyStore {
  static readonly purposes: readonly string[] = [SIGNING, RETIRED];

  constructor(
    private readonly keyring: Keyring,
    private readonly settings: TokenSettings,
    private readonly clock: Clock,
    private readonly events: EventBus,
  ) {}

  /** The published keys, newest first. Creates one of JWT_ALGORITHM where there is none. */
  async published(): Promise<KeyringKey[]> {
    return this.withNext();
  }

  /** The published keys at start. Creates a key where the newest is not of JWT_ALGORITHM, so that the schedule sees the change. */
  async publishedAtStart(): Promise<KeyringKey[]> {
    return this.withNext(([newest]) => newest?.algorithm === this.settings.algorithm);
  }

  /** The published keys, newest first. Creates none. */
  async list(): Promise<KeyringKey[]> {
    return this.keyring.list(SIGNING);
  }

  /** The published key that signs now; undefined where none is of JWT_ALGORITHM. */
  signerOf<K extends ScheduledKey>(keys: readonly K[]): K | undefined {
    const { schedule, algorithm } = this.settings;
    return schedule.signer(keys, algorithm, this.clock.nowMs());
  }

  async retired(): Promise<KeyringKey[]> {
    return this.keyring.list(RETIRED);
  }

  /** Published and retired keys, with only the id of those that this instance cannot decrypt. Creates none. */
  async listReadable(): Promise<{ published: ReadableKeys; retired: ReadableKeys }> {
    const published = await this.keyring.listReadable(SIGNING);
    return { published, retired: await this.keyring.listReadable(RETIRED) };
  }

  /** Publishes the next key where it is due, and retires keys whose last token has expired. */
  async rotateIfDue(): Promise<void> {
    const { schedule, algorithm } = this.settings;
    const nowMs = this.clock.nowMs();
    const keys = await this.withNext((found) => !schedule.needsNext(found, algorithm, nowMs));
    for (const key of schedule.retired(keys, algorithm, nowMs)) await this.retire(key);
  }

  /** Publishes the next key now, regardless of the schedule. @returns its kid */
  async rotate(): Promise<string> {
    const [newest] = await this.withNext(() => false);
    if (!newest) throw new Error('The keyring created no signing key');
    await this.events.publish(new SigningKeyRotated({ details: { kid: newest.id } }));
    return newest.id;
  }

  /**
   * Revokes a key: every token that it signed is refused from then on.
   * @returns whether the key existed
   */
  async revoke(kid: string): Promise<boolean> {
    return this.keyring.withLock(async () => {
      const found = await this.keyring.destroy(kid, SigningKeyStore.purposes);
      await this.published();
      if (found) await this.events.publish(new SigningKeyRevoked({ details: { kid } }));
      return found;
    });
  }

  private async retire(key: KeyringKey): Promise<void> {
    await this.keyring.repurpose(key, RETIRED, publicMaterialOf(signingKeyOf(key)));
  }

  private async withNext(isSufficient?: (keys: readonly KeyringKey[]) => boolean): Promise<KeyringKey[]> {
    const { algorithm } = this.settings;
    return this.keyring.keysFor({
      purpose: SIGNING,
      algorithm,
      make: async () => {
        // An instance with a former AUTH_SECRET must not create a key that the other instances cannot decrypt.
        await this.keyring.assertNoneLocked();
        return makeSigningKey(algorithm);
      },
      ...(isSufficient && { isSufficient }),
    });
  }
}
