import { useEffect, useState } from 'preact/hooks';
import type { SecondStep } from '../../../client/src/index.ts';
import { passkeys, session } from '../api.ts';
import { useTexts } from '../context.ts';
import { SecondStepForm } from '../parts/code.tsx';
import { EmailField } from '../parts/field.tsx';
import { Form } from '../parts/form.tsx';
import { Link } from '../parts/link.tsx';
import { Page } from '../parts/page.tsx';
import { useAction } from '../parts/section.tsx';
import { CurrentPasswordField } from '../parts/password.tsx';
import { usePolicy } from '../policy.ts';

interface SignInProps {
  /** What happened before, such as the end of a session. */
  readonly notice?: string | undefined;
  readonly onSignedIn: () => void;
}

export function SignIn({ notice, onSignedIn }: SignInProps) {
  const { messages } = useTexts();
  const policy = usePolicy();
  const [step, setStep] = useState<SecondStep>();
  const [isExpired, setExpired] = useState(false);
  const send = async ({ email = '', password = '' }) => {
    const next = await session.signIn({ email, password });
    if (next) setStep(next);
    else onSignedIn();
  };
  if (step) {
    const restart = () => {
      setStep(undefined);
      setExpired(true);
    };
    return (
      <Page key="step" title={messages.secondStep.title}>
        <SecondStepForm step={step} onDone={onSignedIn} onExpired={restart} />
        <p>
          <button type="button" class="quiet" onClick={() => setStep(undefined)}>
            {messages.common.back}
          </button>
        </p>
      </Page>
    );
  }
  const said = isExpired ? messages.signIn.tooLong : notice;
  return (
    <Page key="password" title={messages.signIn.title}>
      {said && (
        <p class="notice" role="status">
          {said}
        </p>
      )}
      <Form submit={messages.signIn.submit} send={send}>
        <EmailField />
        <CurrentPasswordField name="password" />
      </Form>
      {policy?.passkeys?.signIn && passkeys.isSupported && <PasskeySignIn onSignedIn={onSignedIn} />}
      <p>
        <Link to="forgot-password">{messages.signIn.forgot}</Link>
      </p>
      {policy?.registration === 'open' && (
        <p class="aside">
          {messages.signIn.noAccount} <Link to="sign-up">{messages.signIn.signUp}</Link>
        </p>
      )}
    </Page>
  );
}

/** Offers passkeys by a button, and in the autofill of the address. */
function PasskeySignIn({ onSignedIn }: { readonly onSignedIn: () => void }) {
  const { signIn } = useTexts().messages;
  const { run, show, outcome } = useAction();
  useEffect(() => passkeys.offerInAutofill(show), []);
  const open = async () => {
    await passkeys.signIn();
    onSignedIn();
  };
  return (
    <>
      {outcome}
      <div class="actions">
        <button type="button" class="wide" onClick={() => run(open)}>
          {signIn.passkey}
        </button>
      </div>
    </>
  );
}
