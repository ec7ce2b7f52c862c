import {
  type Client,
  createClient,
  dataOf,
  ProblemError,
  type SecondStep,
  type StepUp,
} from '../src/index.ts';

/** The views of a front end. A promise of `undefined`: the user closed the dialog. */
export interface Screen {
  home(email: string): void;
  signIn(because: string): void;
  askPassword(because: string): Promise<string | undefined>;
  /** @param kinds what to offer, the most convenient first; a page shows the ones that it knows */
  askCode(kinds: readonly string[], because: string): Promise<Code | undefined>;
}

export interface Code {
  readonly kind: 'totp' | 'recovery-code';
  readonly code: string;
}

/** Creates the client of the page, which is served from the same origin as the application. */
export const openClient = (screen: Screen): Client =>
  createClient({ baseUrl: '', mode: 'cookie', stepUp: askAgain(screen) });

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
export async function signIn(
  { session }: Client,
  screen: Screen,
  email: string,
  password: string,
): Promise<string> {
  try {
    const step = await session.signIn({ email, password });
    if (step) await complete(step, screen);
    return '';
  } catch (error) {
    return messageOf(error);
  }
}

/** Asks for the code of a factor until one is accepted. */
async function complete(step: SecondStep, screen: Screen): Promise<void> {
  for (let because = ''; ;) {
    const answer = await screen.askCode(step.factors, because);
    if (!answer) return;
    try {
      return await step.complete(answer.kind, { code: answer.code });
    } catch (error) {
      if (!(error instanceof ProblemError) || error.code !== 'invalid-factor') throw error;
      because = messageOf(error);
    }
  }
}

/** Asks the user to authenticate again where an operation requires it. The client then repeats the operation. */
export const askAgain =
  (screen: Screen): StepUp =>
  async (_, session) => {
    for (let because = ''; ;) {
      const password = await screen.askPassword(because);
      if (password === undefined) return;
      try {
        const step = await session.reauthenticate(password);
        return step && (await complete(step, screen));
      } catch (error) {
        if (!(error instanceof ProblemError)) throw error;
        because = messageOf(error);
      }
    }
  };

function messageOf(error: unknown): string {
  if (!(error instanceof ProblemError)) return 'The server cannot be reached.';
  switch (error.code) {
    case 'invalid-credentials':
    case 'invalid-factor':
      return error.problem.detail;
    case 'invalid-mfa-token':
      return 'This took too long, or too many codes were wrong. Enter your password again.';
    case 'rate-limited':
      return `Too many attempts. Try again in ${error.retryAfterSeconds} seconds.`;
    default:
      return error.problem.title;
  }
}
