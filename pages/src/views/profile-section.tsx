import { useState } from 'preact/hooks';
import { dataOf } from '../../../client/src/index.ts';
import { api, type Profile } from '../api.ts';
import { useTexts } from '../context.ts';
import { EmailField } from '../parts/field.tsx';
import { Form } from '../parts/form.tsx';
import { CurrentPasswordField } from '../parts/password.tsx';
import { Section } from '../parts/section.tsx';
import { useConfirmed } from '../parts/step-up.tsx';
import { DisplayNameField } from './sign-up.tsx';

interface ProfileSectionProps {
  readonly profile: Profile;
  readonly reload: () => Promise<void>;
}

export function ProfileSection({ profile, reload }: ProfileSectionProps) {
  const { account, common } = useTexts().messages;
  const [isSaved, setSaved] = useState(false);
  const save = async ({ displayName = '' }) => {
    setSaved(false);
    const named = displayName.trim() === '' ? null : displayName;
    await dataOf(api.PATCH('/v1/users/me', { body: { displayName: named } }));
    await reload();
    setSaved(true);
  };
  return (
    <Section title={account.profile}>
      <Form submit={common.save} send={save}>
        <DisplayNameField value={profile.displayName ?? ''} />
        <p role="status" class={isSaved ? 'notice' : 'empty'}>
          {isSaved && common.saved}
        </p>
      </Form>
      <EmailChange />
    </Section>
  );
}

function EmailChange() {
  const { account, checkMail } = useTexts().messages;
  const confirmed = useConfirmed();
  const [sentTo, setSentTo] = useState<string>();
  const send = async ({ newEmail = '', password = '' }) => {
    await confirmed(async () => dataOf(api.POST('/v1/auth/email/change', { body: { newEmail, password } })));
    setSentTo(newEmail);
  };
  if (sentTo !== undefined)
    return (
      <p class="notice" role="status">
        {checkMail.emailChange(sentTo)}
      </p>
    );
  return (
    <details>
      <summary>{account.changeEmail}</summary>
      <p class="muted">{account.changeEmailIntro}</p>
      <Form submit={account.changeEmail} send={send} codes={{ 'invalid-credentials': 'wrong-password' }}>
        <EmailField name="newEmail" label={account.newEmail} />
        <CurrentPasswordField name="password" />
      </Form>
    </details>
  );
}
