import { createClient, type Credentials, dataOf, type DeviceTokens } from '../src/index.ts';

/** Signs in, lists the sessions and signs out again. */
export async function listSessions(
  baseUrl: string,
  credentials: Credentials,
  deviceTokens: DeviceTokens,
): Promise<string[]> {
  const { api, session } = createClient({ baseUrl, mode: 'bearer', deviceTokens });
  if (await session.signIn(credentials))
    throw new Error('A program needs an account without a second factor.');
  try {
    const { items } = await dataOf(api.GET('/v1/sessions'));
    return items.map(({ createdAt, userAgent }) => `${createdAt} ${userAgent ?? 'unknown'}`);
  } finally {
    // The result is valid even where the sign-out fails: the session then expires when it has been idle.
    await session.signOut().catch(() => undefined);
  }
}
