import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** The used heap after garbage collection, in bytes. */
export function heapBytes(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}
