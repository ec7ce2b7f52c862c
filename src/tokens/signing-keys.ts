import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Keyring } from '../platform/keyring';
import { makeSigningKey, type SigningKey, signingKeyOf } from './signing-key';
import { TokenSettings } from './token.settings';

/** The application's own signing keys: the newest of the chosen algorithm signs, all of them verify. */
@Injectable()
export class SigningKeys implements OnModuleInit {
  private readonly byKid = new Map<string, SigningKey>();
  private signing: SigningKey | undefined;

  constructor(
    private readonly keyring: Keyring,
    private readonly settings: TokenSettings,
  ) {}

  async onModuleInit(): Promise<void> {
    const { algorithm } = this.settings;
    const stored = await this.keyring.keysFor({
      purpose: 'signing',
      algorithm,
      make: () => makeSigningKey(algorithm),
    });
    for (const key of stored) this.byKid.set(key.id, signingKeyOf(key));
    this.signing = this.all.find((key) => key.algorithm === algorithm);
  }

  get all(): SigningKey[] {
    return [...this.byKid.values()];
  }

  get current(): SigningKey {
    if (!this.signing) throw new Error('the signing keys are not loaded yet');
    return this.signing;
  }

  /** @param kid as it stands in a token: any string at all */
  find(kid: string): SigningKey | undefined {
    return this.byKid.get(kid);
  }
}
