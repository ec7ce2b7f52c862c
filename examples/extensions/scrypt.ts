import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { Injectable, Module } from '@nestjs/common';
import { type PasswordAlgorithm, PasswordHashing } from '../../src/passwords';
import { ConfigModule, type Environment } from '../../src/platform/config';
import { Unavailable } from '../../src/platform/errors';

const KEY_BYTES = 32;
const SALT_BYTES = 16;
const MOST_WAITING = 16;

/** `SCRYPT_COST`: the base-2 logarithm of N. OWASP's minimum is 17 with r = 8 and p = 1: 128 MiB for each hash in progress. */
export class ScryptSettings {
  readonly cost: number;

  constructor(environment: Environment) {
    const weakest = environment.production ? 17 : 4;
    this.cost = environment.number('SCRYPT_COST', 17, { min: weakest, max: 20, integer: true });
  }
}

@Injectable()
@PasswordHashing()
export class Scrypt implements PasswordAlgorithm {
  private readonly decoy: Stored;
  private waiting = 0;

  constructor({ cost }: ScryptSettings) {
    this.decoy = { cost, salt: Buffer.alloc(SALT_BYTES), key: Buffer.alloc(KEY_BYTES) };
  }

  async hash(digest: string): Promise<string> {
    const { cost } = this.decoy;
    const salt = randomBytes(SALT_BYTES);
    const key = await this.bounded(async () => derive(digest, salt, cost));
    return `$scrypt$ln=${cost},r=8,p=1$${salt.toString('base64url')}$${key.toString('base64url')}`;
  }

  understands(hash: string): boolean {
    return parse(hash) !== undefined;
  }

  async check(digest: string, hash: string | null): Promise<boolean> {
    const { salt, key, cost } = (hash !== null && parse(hash)) || this.decoy;
    const derived = await this.bounded(async () => {
      // Each step of the cost doubles the work: an older, cheaper hash must take as long as a current one.
      for (let step = cost; step < this.decoy.cost; step++) await derive(digest, this.decoy.salt, step);
      return derive(digest, salt, cost);
    });
    return timingSafeEqual(derived, key) && hash !== null;
  }

  isOutdated(hash: string): boolean {
    return parse(hash)?.cost !== this.decoy.cost;
  }

  /** Refuses work at once when too much is waiting, since each waiting hash occupies 128 MiB. */
  private async bounded<T>(work: () => Promise<T>): Promise<T> {
    if (this.waiting >= MOST_WAITING) throw new Unavailable(2);
    this.waiting++;
    return work().finally(() => this.waiting--);
  }
}

interface Stored {
  readonly cost: number;
  readonly salt: Buffer;
  readonly key: Buffer;
}

function parse(hash: string): Stored | undefined {
  const [, cost, salt = '', key = ''] =
    /^\$scrypt\$ln=(\d{1,2}),r=8,p=1\$([\w-]{22})\$([\w-]{43})$/.exec(hash) ?? [];
  if (cost === undefined) return undefined;
  return { cost: Number(cost), salt: Buffer.from(salt, 'base64url'), key: Buffer.from(key, 'base64url') };
}

/** Runs in libuv's thread pool (four threads by default, `UV_THREADPOOL_SIZE`), so that other requests do not wait. */
async function derive(digest: string, salt: Buffer, cost: number): Promise<Buffer> {
  const N = 2 ** cost;
  const options = { N, r: 8, p: 1, maxmem: 2 * 128 * N * 8 };
  return new Promise((resolve, reject) =>
    scrypt(digest, salt, KEY_BYTES, options, (error, key) => (error ? reject(error) : resolve(key))),
  );
}

@Module({ imports: [ConfigModule.forFeature(ScryptSettings)], providers: [Scrypt], exports: [ConfigModule] })
export class ScryptModule {}
