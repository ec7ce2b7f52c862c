import { BcryptThreads } from '../../src/passwords/bcrypt-pool';
import { PasswordSettings } from '../../src/passwords';
import { Environment } from '../../src/platform/config';

declare global {
  var bcryptThreads: BcryptThreads | undefined;
}

/** Threads that the applications of a worker share, and that none of them ends: starting one takes as long as the rest of an application. */
export function sharedThreads(): Pick<BcryptThreads, 'run'> {
  if (!globalThis.bcryptThreads) {
    const threads = new BcryptThreads(new PasswordSettings(new Environment({ NODE_ENV: 'test' })));
    globalThis.bcryptThreads = threads;
    globalThis.atRunEnd(async () => threads.end());
  }
  const threads = globalThis.bcryptThreads;
  return { run: async (name, work, turn) => threads.run(name, work, turn) };
}
