import { useState } from 'preact/hooks';
import { ProblemError } from '../../../client/src/index.ts';
import { useTexts } from '../context.ts';
import { linkOf, type MailLink } from '../links.ts';
import { Form, type Values } from '../parts/form.tsx';
import { Link } from '../parts/link.tsx';
import { Page } from '../parts/page.tsx';
import { CurrentPasswordField, NewPasswordField } from '../parts/password.tsx';
import { DisplayNameField } from './sign-up.tsx';

/** Where the link of a mail lands. Opening it changes nothing, because mail scanners open links, too. */
export function MailLinkPage({ token }: { readonly token: string }) {
  const { link: texts, common } = useTexts().messages;
  const link = linkOf(token);
  if (link) return <KnownLink token={token} link={link} />;
  return (
    <Page title={texts.unknown}>
      <p>{texts.unknownText}</p>
      <Link to="sign-in" class="button">
        {common.back}
      </Link>
    </Page>
  );
}

type Outcome = 'done' | 'expired';

function KnownLink({ token, link }: { readonly token: string; readonly link: MailLink }) {
  const { messages } = useTexts();
  const [outcome, setOutcome] = useState<Outcome>();
  const [needsPassword, setNeedsPassword] = useState(false);
  const texts = messages[link.page];
  const send = async (values: Values) => {
    try {
      await link.redeem(token, values);
      setOutcome('done');
    } catch (error) {
      const code = error instanceof ProblemError ? error.problem.code : undefined;
      if (code === 'invalid-or-expired-token') setOutcome('expired');
      else if (code === 'password-required') setNeedsPassword(true);
      else throw error;
    }
  };
  if (outcome === 'done') return <Done link={link} />;
  if (outcome === 'expired') return <Expired link={link} />;
  const isDangerous = ['undoEmail', 'undoFactors', 'endSession'].includes(link.page);
  return (
    <Page title={texts.title}>
      <p>{texts.intro}</p>
      <Form
        submit={texts.submit}
        send={send}
        codes={{ 'invalid-credentials': 'wrong-password' }}
        isDangerous={isDangerous}
      >
        {link.page === 'reset' && <NewPasswordField name="newPassword" />}
        {link.page === 'invitation' && (
          <>
            <DisplayNameField />
            <NewPasswordField name="password" label={messages.fields.password} />
          </>
        )}
        {needsPassword && (
          <>
            <p class="notice" role="status">
              {messages.verify.passwordNeeded}
            </p>
            <CurrentPasswordField name="password" />
          </>
        )}
      </Form>
    </Page>
  );
}

function Done({ link }: { readonly link: MailLink }) {
  const { messages } = useTexts();
  const texts = messages[link.page];
  return (
    <Page key="done" title={texts.done}>
      <p>{texts.doneText}</p>
      <div class="actions">
        <Link to="" class="button">
          {messages.common.next}
        </Link>
        {link.page === 'endSession' && <Link to="forgot-password">{messages.endSession.reset}</Link>}
      </div>
    </Page>
  );
}

function Expired({ link }: { readonly link: MailLink }) {
  const { link: texts, common } = useTexts().messages;
  return (
    <Page key="expired" title={texts.expired}>
      <p>{texts.expiredText}</p>
      <div class="actions">
        {link.page === 'reset' ? (
          <Link to="forgot-password" class="button">
            {texts.newReset}
          </Link>
        ) : (
          <Link to="" class="button">
            {common.next}
          </Link>
        )}
      </div>
    </Page>
  );
}
