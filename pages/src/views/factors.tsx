import { useState } from 'preact/hooks';
import { dataOf, ProblemError } from '../../../client/src/index.ts';
import { api, type FactorList, passkeys } from '../api.ts';
import { useTexts } from '../context.ts';
import { dateIn } from '../dates.ts';
import { Section, Shown, useAction } from '../parts/section.tsx';
import { useConfirmed } from '../parts/step-up.tsx';
import { usePolicy } from '../policy.ts';
import { useLoaded } from '../use-loaded.ts';
import { RecoveryCodes, TotpSetUp, type TotpEnrolment } from './totp-set-up.tsx';

/** Without the feature there is nothing to show. */
async function loadFactors(): Promise<FactorList | null> {
  try {
    return await passkeys.listFactors();
  } catch (error) {
    if (error instanceof ProblemError && error.problem.status === 404) return null;
    throw error;
  }
}

interface FactorsProps {
  readonly isVerified: boolean;
  readonly onChanged: () => void;
}

/** The second factors of the user. */
export function Factors({ isVerified, onChanged }: FactorsProps) {
  const { factors: texts } = useTexts().messages;
  const list = useLoaded(loadFactors);
  const policy = usePolicy();
  const confirmed = useConfirmed();
  const { run, outcome } = useAction();
  const [enrolment, setEnrolment] = useState<TotpEnrolment>();
  const [codes, setCodes] = useState<readonly string[]>();
  const changed = async () => {
    onChanged();
    await list.reload();
  };
  const begin = () =>
    run(async () =>
      setEnrolment(await confirmed(async () => dataOf(api.POST('/v1/auth/factors/totp', { body: {} })))),
    );
  const added = async (shown: readonly string[] | null) => {
    setEnrolment(undefined);
    setCodes(shown ?? undefined);
    await changed();
  };
  const addPasskey = () =>
    run(async () => added((await confirmed(async () => passkeys.add())).recoveryCodes));
  const hasPasskeys = policy?.secondFactor?.kinds.includes('passkey') && passkeys.isSupported;
  const renew = () =>
    run(async () => {
      const made = await confirmed(async () =>
        dataOf(api.POST('/v1/auth/factors/recovery-codes', { body: {} })),
      );
      setCodes(made.codes);
      await list.reload();
    });
  if (list.data === null) return null;
  return (
    <Section title={texts.title}>
      {outcome}
      {codes && <RecoveryCodes codes={codes} onStored={() => setCodes(undefined)} />}
      <Shown of={list}>
        {(loaded) => (
          <>
            {loaded && <FactorItems list={loaded} reload={changed} />}
            {enrolment && (
              <TotpSetUp enrolment={enrolment} onAdded={added} onCancelled={() => setEnrolment(undefined)} />
            )}
            {!isVerified && <p class="notice">{texts.unverified}</p>}
            {isVerified && !enrolment && loaded && (
              <div class="actions">
                {!loaded.items.some(({ kind }) => kind === 'totp') && (
                  <button type="button" onClick={begin}>
                    {texts.add}
                  </button>
                )}
                {hasPasskeys && (
                  <button type="button" onClick={addPasskey}>
                    {texts.addPasskey}
                  </button>
                )}
                {loaded.items.length > 0 && (
                  <button type="button" onClick={renew}>
                    {texts.newCodes}
                  </button>
                )}
              </div>
            )}
          </>
        )}
      </Shown>
    </Section>
  );
}

interface FactorItemsProps {
  readonly list: FactorList;
  readonly reload: () => Promise<void>;
}

function FactorItems({ list: { items, recoveryCodesLeft }, reload }: FactorItemsProps) {
  const { language, messages } = useTexts();
  const texts = messages.factors;
  const confirmed = useConfirmed();
  const { run, outcome } = useAction();
  const remove = (factor: FactorList['items'][number]) =>
    run(async () => {
      await confirmed(async () => passkeys.removeFactor(factor));
      await reload();
    }, texts.removed);
  if (items.length === 0)
    return (
      <>
        {outcome}
        <p class="muted">{texts.none}</p>
      </>
    );
  return (
    <>
      {outcome}
      <ul class="items">
        {items.map((factor) => {
          const { id, kind, name, createdAt } = factor;
          const label = name ?? texts.kinds[kind] ?? texts.other;
          return (
            <li key={id}>
              <div>
                <strong>{label}</strong>
                <p class="muted">{texts.added(dateIn(language, createdAt))}</p>
              </div>
              <button type="button" aria-label={texts.removeLabel(label)} onClick={() => remove(factor)}>
                {texts.remove}
              </button>
            </li>
          );
        })}
      </ul>
      <p class="muted">{texts.codesLeft(recoveryCodesLeft)}</p>
    </>
  );
}
