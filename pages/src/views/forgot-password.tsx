import { useState } from 'preact/hooks';
import { dataOf } from '../../../client/src/index.ts';
import { api } from '../api.ts';
import { useTexts } from '../context.ts';
import { EmailField } from '../parts/field.tsx';
import { Form } from '../parts/form.tsx';
import { Link } from '../parts/link.tsx';
import { Page } from '../parts/page.tsx';
import { CheckMail } from './check-mail.tsx';

async function request(email: string): Promise<void> {
  await dataOf(api.POST('/v1/auth/password/forgot', { body: { email } }));
}

export function ForgotPassword() {
  const { forgot, checkMail, common } = useTexts().messages;
  const [sentTo, setSentTo] = useState<string>();
  if (sentTo !== undefined)
    return (
      <CheckMail
        text={checkMail.reset(sentTo)}
        resend={async () => request(sentTo)}
        onBack={() => setSentTo(undefined)}
      />
    );
  const send = async ({ email = '' }) => {
    await request(email);
    setSentTo(email);
  };
  return (
    <Page title={forgot.title}>
      <p>{forgot.intro}</p>
      <Form submit={forgot.submit} send={send}>
        <EmailField />
      </Form>
      <p class="aside">
        <Link to="sign-in">{common.back}</Link>
      </p>
    </Page>
  );
}
