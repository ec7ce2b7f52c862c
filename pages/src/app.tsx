import { useEffect, useState } from 'preact/hooks';
import { TextsContext, useTexts } from './context.ts';
import { loadTexts, rememberLanguage, type Texts } from './language.ts';
import { type Language, LANGUAGES } from './messages/index.ts';
import { Page } from './parts/page.tsx';
import { goTo, onPlaceChange, type Place, readPlace } from './router.ts';
import { SITE } from './site.ts';
import { type CurrentSession, useSession } from './use-session.ts';
import { Account } from './views/account.tsx';
import { ForgotPassword } from './views/forgot-password.tsx';
import { MailLinkPage } from './views/mail-link.tsx';
import { SignIn } from './views/sign-in.tsx';
import { SignUp } from './views/sign-up.tsx';

export function App({ firstPlace, firstTexts }: { readonly firstPlace: Place; readonly firstTexts: Texts }) {
  const [texts, setTexts] = useState(firstTexts);
  const [place, setPlace] = useState(firstPlace);
  useEffect(() => {
    // A link of a mail that is opened in the tab of these pages changes the fragment only.
    const whenHashChanges = () => location.hash.includes('token=') && setPlace(readPlace());
    addEventListener('hashchange', whenHashChanges);
    const removeListener = onPlaceChange(setPlace);
    return () => {
      removeEventListener('hashchange', whenHashChanges);
      removeListener();
    };
  }, []);
  const choose = (language: Language) => {
    rememberLanguage(language);
    // Without its strings the page stays as it is.
    loadTexts(language).then(setTexts, () => undefined);
  };
  return (
    <TextsContext.Provider value={texts}>
      <a class="skip" href="#content">
        {texts.messages.common.skip}
      </a>
      <header class="site">
        {SITE.logo ? (
          <img src={SITE.logo} alt={SITE.name} class="logo" />
        ) : (
          <span class="name">{SITE.name}</span>
        )}
      </header>
      <View place={place} />
      <footer class="site">
        <LanguageSwitch choose={choose} />
      </footer>
    </TextsContext.Provider>
  );
}

function View({ place }: { readonly place: Place }) {
  if (place.token !== undefined) return <MailLinkPage key={place.visit} token={place.token} />;
  if (place.path === 'sign-up') return <SignUp />;
  if (place.path === 'forgot-password') return <ForgotPassword />;
  return <SessionPage path={place.path} />;
}

/** The account, or sign-in where there is no session. */
function SessionPage({ path }: { readonly path: string }) {
  const current = useSession();
  const { view } = current;
  useEffect(() => {
    if (path === 'sign-in' && view === 'signed-in') goTo('', true);
  }, [path, view]);
  if (view === 'signed-in') return <Account key={current.epoch} />;
  // The form of the sign-in page need not wait for the server.
  if (view === 'signed-out' || path === 'sign-in') return <SignInPage current={current} />;
  return view === 'checking' ? <Loading /> : <Unreachable check={current.check} />;
}

function SignInPage({ current }: { readonly current: CurrentSession }) {
  const { signIn } = useTexts().messages;
  const notices = { here: signIn.signedOut, elsewhere: signIn.ended };
  return <SignIn notice={current.ended && notices[current.ended]} onSignedIn={current.confirmSignedIn} />;
}

function Loading() {
  const { account, common } = useTexts().messages;
  return (
    <Page title={account.title}>
      <p class="muted" role="status">
        {common.loading}
      </p>
    </Page>
  );
}

function Unreachable({ check }: { readonly check: () => void }) {
  const { account, errors } = useTexts().messages;
  return (
    <Page title={account.title}>
      <p class="notice failure" role="alert">
        {errors.unreachable}
      </p>
      <button type="button" class="primary" onClick={check}>
        {errors.retry}
      </button>
    </Page>
  );
}

function LanguageSwitch({ choose }: { readonly choose: (language: Language) => void }) {
  const { language, messages } = useTexts();
  return (
    <nav aria-label={messages.common.language}>
      {(Object.keys(LANGUAGES) as Language[]).map((each) => (
        <button
          key={each}
          type="button"
          class="quiet"
          lang={each}
          aria-pressed={each === language}
          onClick={() => choose(each)}
        >
          {LANGUAGES[each].name}
        </button>
      ))}
    </nav>
  );
}
