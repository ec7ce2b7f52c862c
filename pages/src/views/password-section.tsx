import { useState } from 'preact/hooks';
import { dataOf } from '../../../client/src/index.ts';
import { api } from '../api.ts';
import { useTexts } from '../context.ts';
import { Form } from '../parts/form.tsx';
import { CurrentPasswordField, NewPasswordField } from '../parts/password.tsx';
import { Section } from '../parts/section.tsx';
import { useConfirmed } from '../parts/step-up.tsx';

interface PasswordSectionProps {
  readonly email: string;
  readonly onChanged: () => void;
}

export function PasswordSection({ email, onChanged }: PasswordSectionProps) {
  const { account, fields } = useTexts().messages;
  const confirmed = useConfirmed();
  const [changes, setChanges] = useState(0);
  const send = async ({ currentPassword = '', newPassword = '' }) => {
    const body = { currentPassword, newPassword };
    await confirmed(async () => dataOf(api.POST('/v1/auth/password/change', { body })));
    setChanges((count) => count + 1);
    onChanged();
  };
  return (
    <Section title={account.password}>
      <p role="status" class={changes > 0 ? 'notice' : 'empty'}>
        {changes > 0 && account.passwordChanged}
      </p>
      {/* Closed, and without what was typed, after each change. */}
      <details key={changes}>
        <summary>{account.changePassword}</summary>
        <p class="muted">{account.changePasswordIntro}</p>
        <Form submit={account.changePassword} send={send} codes={{ 'invalid-credentials': 'wrong-password' }}>
          {/* Tells password managers which account it is. */}
          <input type="text" hidden readOnly autocomplete="username" value={email} />
          <CurrentPasswordField name="currentPassword" label={fields.currentPassword} />
          <NewPasswordField name="newPassword" />
        </Form>
      </details>
    </Section>
  );
}
