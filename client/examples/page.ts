import { type Client, createClient, dataOf, ProblemError, StepUpRequired } from '../src/index.ts';

/** The views of a front end. */
export interface Screen {
  home(email: string): void;
  signIn(because: string): void;
  askPassword(): Promise<string>;
}

/** Creates the client of the page, which is served from the same origin as the application. */
export const openClient = (): Client => createClient({ baseUrl: '', mode: 'cookie' });

/** Renders the current state, and renders again after every change in this tab or another. */
export async function start({ api, session }: Client, screen: Screen): Promise<void> {
  let drawing = 0;
  const draw = async () => {
    const mine = ++drawing;
    const isSignedIn = (await session.findPrincipal()) !== undefined;
    const email = isSignedIn ? (await dataOf(api.GET('/v1/users/me'))).email : undefined;
    // Discard data that was requested before another sign-in or sign-out.
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

/** Signs in. Returns the error message for the form, empty after success. */
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

/** Runs an operation that requires a recent sign-in, and asks for the password where the server requires it. */
export async function withRecentSignIn<T>(client: Client, screen: Screen, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof StepUpRequired)) throw error;
    await client.session.reauthenticate(await screen.askPassword());
    return act();
  }
}
