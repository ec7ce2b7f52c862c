import { type ComponentChildren, createContext } from 'preact';
import { useContext, useEffect, useId, useRef, useState } from 'preact/hooks';
import { type SecondStep, StepUpRequired } from '../../../client/src/index.ts';
import { session } from '../api.ts';
import { useTexts } from '../context.ts';
import { Cancelled } from '../failures.ts';
import { SecondStepForm } from './code.tsx';
import { Form } from './form.tsx';
import { CurrentPasswordField } from './password.tsx';

type Confirm = <T>(action: () => Promise<T>) => Promise<T>;
const StepUpContext = createContext<Confirm>(async (action) => action());

/** Runs an action, and once more after the user has confirmed the password where the server requires that (RFC 9470). */
export function useConfirmed(): Confirm {
  return useContext(StepUpContext);
}

interface Waiting {
  readonly resolve: () => void;
  readonly reject: (reason: Error) => void;
}

export function StepUp({ children }: { readonly children: ComponentChildren }) {
  const [waiting, setWaiting] = useState<Waiting>();
  const confirmed: Confirm = async (action) => {
    try {
      return await action();
    } catch (error) {
      if (!(error instanceof StepUpRequired)) throw error;
    }
    await new Promise<void>((resolve, reject) => setWaiting({ resolve, reject })).finally(() =>
      setWaiting(undefined),
    );
    return action();
  };
  return (
    <StepUpContext.Provider value={confirmed}>
      {children}
      {waiting && <ConfirmDialog {...waiting} />}
    </StepUpContext.Provider>
  );
}

function ConfirmDialog({ resolve, reject }: Waiting) {
  const { confirm, common } = useTexts().messages;
  const dialog = useRef<HTMLDialogElement>(null);
  const title = useId();
  const [step, setStep] = useState<SecondStep>();
  useEffect(() => dialog.current?.showModal(), []);
  const send = async ({ password = '' }) => {
    const next = await session.reauthenticate(password);
    if (next) setStep(next);
    else resolve();
  };
  return (
    <dialog ref={dialog} aria-labelledby={title} onClose={() => reject(new Cancelled())}>
      <h2 id={title}>{confirm.title}</h2>
      {step ? (
        <SecondStepForm step={step} onDone={resolve} onExpired={() => setStep(undefined)} />
      ) : (
        <>
          <p>{confirm.intro}</p>
          <Form submit={confirm.submit} send={send} codes={{ 'invalid-credentials': 'wrong-password' }}>
            <CurrentPasswordField name="password" />
          </Form>
        </>
      )}
      <p>
        <button type="button" class="quiet" onClick={() => dialog.current?.close()}>
          {common.cancel}
        </button>
      </p>
    </dialog>
  );
}
