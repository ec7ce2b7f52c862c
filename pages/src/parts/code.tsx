import { useState } from 'preact/hooks';
import { ProblemError, type SecondStep } from '../../../client/src/index.ts';
import { passkeys } from '../api.ts';
import { useTexts } from '../context.ts';
import { Field } from './field.tsx';
import { Form } from './form.tsx';
import { useAction } from './section.tsx';

/** The kinds of factors that have a form here, the most convenient first. */
const KINDS = ['totp', 'recovery-code'] as const;
type Kind = (typeof KINDS)[number];

export function TotpField() {
  const { messages } = useTexts();
  const input = {
    type: 'text',
    required: true,
    inputMode: 'numeric',
    pattern: '[0-9]{6}',
    maxLength: 6,
    autocomplete: 'one-time-code',
    class: 'code',
  } as const;
  return <Field name="code" label={messages.fields.totp} input={input} />;
}

interface SecondStepFormProps {
  readonly step: SecondStep;
  readonly onDone: () => void;
  /** The step was used up: it took too long, or too many codes were wrong. */
  readonly onExpired: () => void;
}

/** Asks for a code, by the kinds of factors that the user has. Recovery codes are the last choice. */
export function SecondStepForm({ step, onDone, onExpired }: SecondStepFormProps) {
  const { secondStep, fields } = useTexts().messages;
  const offered = KINDS.filter((kind) => step.factors.includes(kind));
  const [kind, setKind] = useState<Kind | undefined>(offered[0]);
  const { run, outcome } = useAction();
  const usePasskey = async () => {
    await passkeys.complete(step);
    onDone();
  };
  const hasPasskey = step.factors.includes('passkey') && passkeys.isSupported;
  const passkey = hasPasskey && (
    <>
      <p>{secondStep.passkey}</p>
      {outcome}
      <div class="actions">
        <button type="button" class="primary wide" onClick={() => run(usePasskey)}>
          {secondStep.usePasskey}
        </button>
      </div>
    </>
  );
  if (kind === undefined) return hasPasskey ? passkey : <p class="notice">{secondStep.unknown}</p>;
  const send = async ({ code = '' }) => {
    try {
      await step.complete(kind, { code });
    } catch (error) {
      if (error instanceof ProblemError && error.problem.code === 'invalid-mfa-token') return onExpired();
      throw error;
    }
    onDone();
  };
  const codes = kind === 'totp' ? {} : { 'invalid-factor': 'invalid-recovery-code' };
  const other = offered.find((each) => each !== kind);
  const recovery = {
    type: 'text',
    required: true,
    autocomplete: 'off',
    autocapitalize: 'characters',
  } as const;
  return (
    <>
      {passkey}
      <p>{kind === 'totp' ? secondStep.totp : secondStep.recoveryCode}</p>
      <Form key={kind} submit={secondStep.submit} send={send} codes={codes}>
        {kind === 'totp' ? (
          <TotpField />
        ) : (
          <Field name="code" label={fields.recoveryCode} input={{ ...recovery, spellcheck: false }} />
        )}
      </Form>
      {other && (
        <p>
          <button type="button" class="quiet" onClick={() => setKind(other)}>
            {other === 'totp' ? secondStep.useTotp : secondStep.useRecoveryCode}
          </button>
        </p>
      )}
      <details>
        <summary>{secondStep.lost}</summary>
        <p>{secondStep.lostHelp}</p>
      </details>
    </>
  );
}
