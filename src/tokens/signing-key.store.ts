import { Injectable } from '@nestjs/common';
import { Clock } from '../platform/clock';
import { EventBus } from '../platform/events';
import { type KeyringKey, Keyring } from '../platform/keyring';
import { makeSigningKey, publicMaterialOf, signingKeyOf } from './signing-key';
import { SigningKeyRevoked, SigningKeyRotated } from './signing-key.events';
import { TokenSettings } from './token.settings';

/** With both halves: it signs, or may have signed a token that is still alive. */
const SIGNING = 'signing';
/** With its public half only: all its tokens have expired, and may still be used to sign out. */
const RETIRED = 'retired-signing';

type ReadableKeys = Awaited<ReturnType<Keyring['listReadable']>>;

/** The signing keys as they lie in the keyring, and what is done to them there. */
@Injectable()
export class SigningKeyStore {
  static readonly purposes: readonly string[] = [SIGNING, RETIRED];

  constructor(
    private readonly keyring: Keyring,
    private readonly settings: TokenSettings,
    private readonly clock: Clock,
    private readonly events: EventBus,
  ) {}

  /** Those that are published, newest first; there is one of the chosen algorithm by the time this returns. */
  async published(): Promise<KeyringKey[]> {
    return this.withNext();
  }

  /** The same for a start: there the newest is of the chosen algorithm, which tells the schedule of a change. */
  async publishedAtStart(): Promise<KeyringKey[]> {
    return this.withNext(([newest]) => newest?.algorithm === this.settings.algorithm);
  }

  /** Those that are published, newest first, and nothing is made. */
  async list(): Promise<KeyringKey[]> {
    return this.keyring.list(SIGNING);
  }

  /** Which of the published ones signs now; nothing is made, so there may be none of today's algorithm. */
  signerOf(keys: readonly KeyringKey[]): KeyringKey | undefined {
    const { schedule, algorithm } = this.settings;
    return schedule.signer(keys, algorithm, this.clock.nowMs());
  }

  async retired(): Promise<KeyringKey[]> {
    return this.keyring.list(RETIRED);
  }

  /** Both kinds, with no more than the id of those that cannot be opened here; nothing is made. */
  async listReadable(): Promise<{ published: ReadableKeys; retired: ReadableKeys }> {
    const published = await this.keyring.listReadable(SIGNING);
    return { published, retired: await this.keyring.listReadable(RETIRED) };
  }

  /** Publishes the next key where its time has come, and takes back those whose last token has expired. */
  async rotateIfDue(): Promise<void> {
    const { schedule, algorithm } = this.settings;
    const nowMs = this.clock.nowMs();
    const keys = await this.withNext((found) => !schedule.needsNext(found, algorithm, nowMs));
    for (const key of schedule.retired(keys, algorithm, nowMs)) await this.retire(key);
  }

  /** Publishes the next key now, whatever the schedule says. @returns its kid */
  async rotate(): Promise<string> {
    const [newest] = await this.withNext(() => false);
    if (!newest) throw new Error('the keyring made no signing key');
    await this.events.publish(new SigningKeyRotated({ details: { kid: newest.id } }));
    return newest.id;
  }

  /**
   * Takes a key out of use at once: every token that it signed is refused from then on.
   * @returns whether there was such a key
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
        // By an instance that a change of AUTH_SECRET left behind it would stop the others: they could not open it.
        await this.keyring.assertNoneLocked();
        return makeSigningKey(algorithm);
      },
      ...(isSufficient && { isSufficient }),
    });
  }
}
