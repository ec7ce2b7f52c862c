import { useState } from 'preact/hooks';
import { useTexts } from '../context.ts';
import { Form } from '../parts/form.tsx';
import { Link } from '../parts/link.tsx';
import { Page } from '../parts/page.tsx';

interface CheckMailProps {
  readonly text: string;
  readonly resend: () => Promise<void>;
  /** Whether the account can be used before the address is confirmed. */
  readonly mayContinue?: boolean;
  readonly onBack: () => void;
}

export function CheckMail({ text, resend, mayContinue = false, onBack }: CheckMailProps) {
  const { checkMail, signIn, common } = useTexts().messages;
  const [sentAgain, setSentAgain] = useState(0);
  const send = async () => {
    await resend();
    setSentAgain((count) => count + 1);
  };
  return (
    <Page title={checkMail.title}>
      <p>{text}</p>
      <p class="muted">{checkMail.hint}</p>
      <Form
        submit={checkMail.resend}
        send={send}
        aside={
          <button type="button" class="quiet" onClick={onBack}>
            {checkMail.again}
          </button>
        }
      >
        <p role="status" class={sentAgain > 0 ? 'notice' : 'empty'}>
          {sentAgain > 0 && checkMail.resent}
        </p>
      </Form>
      <p class="aside">
        {mayContinue && `${checkMail.mayContinue} `}
        <Link to="sign-in">{mayContinue ? signIn.title : common.back}</Link>
      </p>
    </Page>
  );
}
