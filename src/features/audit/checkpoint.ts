import type { ChainLink } from './audit-event';

const CHECKPOINT = /^([1-9]\d{0,14}):([\w-]{43})$/;

export class InvalidCheckpoint extends Error {
  override readonly name = 'InvalidCheckpoint';

  constructor(text: string) {
    super(
      `"${text}" is no checkpoint.\n  → give it as the log has it: the number of a row, a colon, and 43 characters`,
    );
  }
}

export function checkpointOf({ sequence, chain }: ChainLink): string {
  return `${sequence}:${chain.toString('base64url')}`;
}

/** Checkpoints that were stored outside the database. */
export class ChainCheckpoints {
  private readonly chains = new Map<number, Buffer[]>();

  /** @throws InvalidCheckpoint */
  constructor(texts: readonly string[]) {
    for (const text of texts) {
      const [, sequence = '', chain = ''] = CHECKPOINT.exec(text.trim()) ?? [];
      const bytes = Buffer.from(chain, 'base64url');
      // In base64, two letters can encode the same last bits; only the logged one is accepted.
      if (sequence === '' || bytes.toString('base64url') !== chain) throw new InvalidCheckpoint(text);
      this.chains.set(Number(sequence), [...this.of(Number(sequence)), bytes]);
    }
  }

  /** The sequence of the last row that must exist. */
  get last(): number {
    return Math.max(0, ...this.chains.keys());
  }

  /** @returns whether a link matches the checkpoints of its row; undefined where there is none */
  confirms({ sequence, chain }: ChainLink): boolean | undefined {
    const kept = this.of(sequence);
    return kept.length === 0 ? undefined : kept.every((each) => each.equals(chain));
  }

  private of(sequence: number): readonly Buffer[] {
    return this.chains.get(sequence) ?? [];
  }
}
