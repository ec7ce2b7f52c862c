import { useState } from 'preact/hooks';
import { dataOf } from '../../../client/src/index.ts';
import { api } from '../api.ts';
import { useTexts } from '../context.ts';
import { EmailField, Field } from '../parts/field.tsx';
import { Form } from '../parts/form.tsx';
import { Link } from '../parts/link.tsx';
import { Page } from '../parts/page.tsx';
import { NewPasswordField } from '../parts/password.tsx';
import { usePolicy } from '../policy.ts';
import { CheckMail } from './check-mail.tsx';

export function DisplayNameField({ value }: { value?: string }) {
  const { messages } = useTexts();
  const input = {
    type: 'text',
    autocomplete: 'name',
    maxLength: 100,
    ...(value && { defaultValue: value }),
  } as const;
  return <Field name="displayName" label={messages.fields.displayName} input={input} />;
}

export function SignUp() {
  const { signUp, fields, checkMail } = useTexts().messages;
  const policy = usePolicy();
  const [sentTo, setSentTo] = useState<string>();
  const send = async ({ email = '', password = '', displayName = '' }) => {
    const named = displayName.trim() === '' ? {} : { displayName };
    await dataOf(api.POST('/v1/auth/register', { body: { email, password, ...named } }));
    setSentTo(email);
  };
  if (sentTo !== undefined) {
    const again = async () => {
      await dataOf(api.POST('/v1/auth/email/verify/resend', { body: { email: sentTo } }));
    };
    const mayContinue = policy?.emailVerificationRequired === false;
    return (
      <CheckMail
        text={checkMail.verification(sentTo)}
        resend={again}
        mayContinue={mayContinue}
        onBack={() => setSentTo(undefined)}
      />
    );
  }
  const isClosed = policy !== undefined && policy.registration !== 'open';
  return (
    <Page title={signUp.title}>
      {isClosed ? (
        <p class="notice">{signUp.closed}</p>
      ) : (
        <Form submit={signUp.submit} send={send}>
          <EmailField />
          <DisplayNameField />
          <NewPasswordField name="password" label={fields.password} />
        </Form>
      )}
      <p class="aside">
        {signUp.haveAccount} <Link to="sign-in">{signUp.signIn}</Link>
      </p>
    </Page>
  );
}
