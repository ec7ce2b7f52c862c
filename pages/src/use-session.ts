import { useCallback, useEffect, useState } from 'preact/hooks';
import { ProblemError } from '../../client/src/index.ts';
import { session } from './api.ts';

/** `unreachable`: the server did not say whether a user is signed in. */
export type SessionView = 'checking' | 'signed-in' | 'signed-out' | 'unreachable';

export interface CurrentSession {
  readonly view: SessionView;
  /** Another number for another user or another sign-in: everything shown before is discarded. */
  readonly epoch: number;
  /** How the session ended in this page. */
  readonly ended: 'here' | 'elsewhere' | undefined;
  readonly check: () => void;
  readonly confirmSignedIn: () => void;
}

/** The session of the browser, in this tab and in others. The server is asked when the page comes back, too. */
export function useSession(): CurrentSession {
  const [view, setView] = useState<SessionView>('checking');
  const [epoch, setEpoch] = useState(0);
  const [ended, setEnded] = useState<'here' | 'elsewhere'>();
  const check = useCallback(() => {
    session.findPrincipal().then(
      (principal) => setView(principal ? 'signed-in' : 'signed-out'),
      (error: unknown) => {
        const isSignedOut = error instanceof ProblemError && error.problem.status === 401;
        // A page that is in use stays, and with it what was typed: its next request tells of the failure.
        setView((shown) => (isSignedOut ? 'signed-out' : shown === 'checking' ? 'unreachable' : shown));
      },
    );
  }, []);
  const confirmSignedIn = useCallback(() => {
    setEnded(undefined);
    setView('signed-in');
  }, []);
  useEffect(() => {
    check();
    return session.onChange(({ state, was, by }) => {
      if (state === 'signed-out') {
        setView('signed-out');
        if (was === 'signed-in') setEnded(by === 'this-tab' ? 'here' : 'elsewhere');
      }
      if (state === 'signed-in' && by !== 'server') {
        setEpoch((count) => count + 1);
        confirmSignedIn();
      }
    });
  }, []);
  useEffect(() => whenShownAgain(check, () => setView('checking')), []);
  return { view, epoch, ended, check, confirmSignedIn };
}

/**
 * A page that the browser kept (bfcache) shows nothing private until the server has confirmed the session again.
 * @param hide shows nothing of the user
 */
function whenShownAgain(check: () => void, hide: () => void): () => void {
  const whenLeft = () => {
    document.body.hidden = true;
  };
  const whenShown = ({ persisted }: PageTransitionEvent) => {
    if (persisted) {
      hide();
      check();
    }
    // After the rendering of the line above.
    requestAnimationFrame(() => requestAnimationFrame(() => (document.body.hidden = false)));
  };
  const whenVisible = () => {
    if (document.visibilityState === 'visible' && session.state === 'signed-in') check();
  };
  addEventListener('pagehide', whenLeft);
  addEventListener('pageshow', whenShown);
  document.addEventListener('visibilitychange', whenVisible);
  return () => {
    removeEventListener('pagehide', whenLeft);
    removeEventListener('pageshow', whenShown);
    document.removeEventListener('visibilitychange', whenVisible);
  };
}
