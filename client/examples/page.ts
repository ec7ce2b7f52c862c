import { type Client, createClient, dataOf, ProblemError, StepUpRequired } from '../src/index.ts';

/** What a front end draws. */
export interface Screen {
  home(email: string): void;
  signIn(because: string): void;
  askPassword(): Promise<string>;
}

/** One for the whole page, which the server or the proxy before it serves from the same origin. */
export const openClient = (): Client => createClient({ baseUrl: '', mode: 'cookie' });

/** Draws what is true, now and after every change, in this tab or another. */
export async function start({ api, session }: Client, screen: Screen): Promise<void> {
  let drawing = 0;
  const draw = async () => {
    const mine = ++drawing;
    const isSignedIn = (await session.findPrincipal()) !== undefined;
    const email = isSignedIn ? (await dataOf(api.GET('/v1/users/me'))).email : undefined;
    // What was asked for before somebody else signed in, or out, is not shown any more.
    if (mine !== drawing) return;
    if (email === undefined) screen.signIn('');
    else screen.home(email);
  };
  session.onChange(({ state, was, by }) => {
    if (was === 'unknown' && by === 'server') return;
    if (state !== 'signed-out')
      return void draw().catch(() => screen.signIn('The server cannot be reached.'));
    drawing++;
    screen.signIn(by === 'server' ? 'Your session has ended.' : '');
  });
  await draw();
}

/** What a form says under its button; nothing, where it worked. */
export async function signIn({ session }: Client, email: string, password: string): Promise<string> {
  try {
    await session.signIn({ email, password });
    return '';
  } catch (error) {
    if (!(error instanceof ProblemError)) return 'The server cannot be reached.';
    switch (error.code) {
      case 'invalid-credentials':
        return error.problem.detail;
      case 'rate-limited':
        return `Too many attempts. Try again in ${error.retryAfterSeconds} seconds.`;
      default:
        return error.problem.title;
    }
  }
}

/** Does what needs a recent sign-in, with the password in between where it has to be. */
export async function withRecentSignIn<T>(client: Client, screen: Screen, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof StepUpRequired)) throw error;
    await client.session.reauthenticate(await screen.askPassword());
    return act();
  }
}
