import { type CurrentRequest, sourceOf } from '../platform/http';
import type { WorkRequest } from './worker-pool';

/**
 * The turn of work that the request under way asks for: on behalf of its source and of the account. Only an account has a
 * bounded share of the queue, because an office may stand behind one source.
 *
 * @param units as the queue counts them
 * @param account any name that is the same for each of its requests; null where none is known
 */
export function workRequestOf(
  { context }: CurrentRequest,
  units: number,
  account: string | null,
): WorkRequest {
  const source = `source ${sourceOf(context.ipAddress)}`;
  const bounded = account === null ? [] : [`account ${account}`];
  return { units, onBehalfOf: [source, ...bounded], bounded };
}
