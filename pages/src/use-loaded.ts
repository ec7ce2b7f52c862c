import { useCallback, useEffect, useState } from 'preact/hooks';

export interface Loaded<T> {
  readonly data: T | undefined;
  readonly hasFailed: boolean;
  readonly reload: () => Promise<void>;
}

/** Data of the server, read when the component appears and again by `reload`. What is shown stays until the answer is there. */
export function useLoaded<T>(load: () => Promise<T>): Loaded<T> {
  const [data, setData] = useState<T>();
  const [hasFailed, setFailed] = useState(false);
  const reload = useCallback(async () => {
    try {
      setData(await load());
      setFailed(false);
    } catch {
      setFailed(true);
    }
  }, []);
  useEffect(() => void reload(), []);
  return { data, hasFailed, reload };
}
