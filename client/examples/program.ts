import { createClient, type Credentials, dataOf, type DeviceTokens } from '../src/index.ts';

/** Signs in, reads, and leaves nothing behind. */
export async function listSessions(
  baseUrl: string,
  credentials: Credentials,
  deviceTokens: DeviceTokens,
): Promise<string[]> {
  const { api, session } = createClient({ baseUrl, mode: 'bearer', deviceTokens });
  await session.signIn(credentials);
  try {
    const { items } = await dataOf(api.GET('/v1/sessions'));
    return items.map(({ createdAt, userAgent }) => `${createdAt} ${userAgent ?? 'unknown'}`);
  } finally {
    // What was read is no less so where the server is away now: the session then ends when it has been idle for long enough.
    await session.signOut().catch(() => undefined);
  }
}
