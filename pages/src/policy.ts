import { useEffect, useState } from 'preact/hooks';
import { dataOf } from '../../client/src/index.ts';
import { api, type Policy } from './api.ts';

let loading: Promise<Policy> | undefined;

async function load(): Promise<Policy> {
  loading ??= dataOf(api.GET('/v1/auth/policy'));
  try {
    return await loading;
  } catch (error) {
    loading = undefined;
    throw error;
  }
}

/** The policy once it is there. Forms work without it: the server checks everything again. */
export function usePolicy(): Policy | undefined {
  const [policy, setPolicy] = useState<Policy>();
  useEffect(() => {
    load().then(setPolicy, () => undefined);
  }, []);
  return policy;
}
