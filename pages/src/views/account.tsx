import { useState } from 'preact/hooks';
import { dataOf } from '../../../client/src/index.ts';
import { api, session } from '../api.ts';
import { useTexts } from '../context.ts';
import { Page } from '../parts/page.tsx';
import { Shown, useAction } from '../parts/section.tsx';
import { StepUp } from '../parts/step-up.tsx';
import { useLoaded } from '../use-loaded.ts';
import { Factors } from './factors.tsx';
import { PasswordSection } from './password-section.tsx';
import { ProfileSection } from './profile-section.tsx';
import { Sessions } from './sessions.tsx';

/** The account of the signed-in user. */
export function Account() {
  const { account } = useTexts().messages;
  const profile = useLoaded(async () => dataOf(api.GET('/v1/users/me')));
  const { run, outcome } = useAction();
  // Some changes end the other sessions of the user.
  const [revision, setRevision] = useState(0);
  const whenOthersEnded = () => setRevision((count) => count + 1);
  return (
    <StepUp>
      <Page title={account.title} isWide>
        <div class="bar">
          <p>
            {profile.data?.email}{' '}
            {profile.data?.emailVerified === false && <span class="tag">{account.unverified}</span>}
          </p>
          <button type="button" onClick={() => run(async () => session.signOut())}>
            {account.signOut}
          </button>
        </div>
        {outcome}
        <Shown of={profile}>
          {(loaded) => (
            <>
              <ProfileSection profile={loaded} reload={profile.reload} />
              <PasswordSection email={loaded.email} onChanged={whenOthersEnded} />
              <Factors isVerified={loaded.emailVerified} onChanged={whenOthersEnded} />
              <Sessions key={revision} />
            </>
          )}
        </Shown>
      </Page>
    </StepUp>
  );
}
