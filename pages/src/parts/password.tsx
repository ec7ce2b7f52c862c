import { useState } from 'preact/hooks';
import { useTexts } from '../context.ts';
import { lengthOf } from '../length.ts';
import { usePolicy } from '../policy.ts';
import { Field } from './field.tsx';

interface PasswordFieldProps {
  readonly name: string;
  readonly label?: string;
}

/** The password that is set already. */
export function CurrentPasswordField({ name, label }: PasswordFieldProps) {
  const { messages } = useTexts();
  const { input, addition } = useShownPassword();
  const shown = { ...input, required: true, autocomplete: 'current-password' } as const;
  return <Field name={name} label={label ?? messages.fields.password} input={shown} addition={addition} />;
}

/** A password to be set, with the rules of the policy as it is typed. */
export function NewPasswordField({ name, label }: PasswordFieldProps) {
  const { messages } = useTexts();
  const policy = usePolicy();
  const [typed, setTyped] = useState('');
  const { input, addition } = useShownPassword();
  const least = policy?.password.minLength;
  return (
    <Field
      name={name}
      label={label ?? messages.fields.newPassword}
      input={{
        ...input,
        required: true,
        autocomplete: 'new-password',
        ...(least !== undefined && { 'data-least': least }),
        onInput: (event) => setTyped(event.currentTarget.value),
      }}
      addition={addition}
      hint={policy && <Rules typed={typed} {...policy.password} />}
    />
  );
}

function useShownPassword() {
  const { messages } = useTexts();
  const [isShown, setShown] = useState(false);
  const { showPassword, hidePassword } = messages.common;
  const addition = (
    <button
      type="button"
      class="addition"
      aria-label={isShown ? hidePassword : showPassword}
      title={isShown ? hidePassword : showPassword}
      onClick={() => setShown(!isShown)}
    >
      <svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true" class="icon">
        <path d="M2 12s3.5-7 10-7 10 7 10 7-3.5 7-10 7S2 12 2 12Z" />
        <circle cx="12" cy="12" r="3" />
        {isShown && <path d="m4 4 16 16" />}
      </svg>
    </button>
  );
  const input = { type: isShown ? 'text' : 'password', autocapitalize: 'none', spellcheck: false } as const;
  return { input, addition };
}

interface RulesProps {
  readonly typed: string;
  readonly minLength: number;
  readonly maxLength: number;
  readonly refused: readonly string[];
}

/** What only the server can judge has no mark. */
function Rules({ typed, minLength, maxLength, refused }: RulesProps) {
  const { rules } = useTexts().messages;
  const length = lengthOf(typed);
  const isLongEnough = length >= minLength;
  return (
    <ul class="rules">
      <li class={isLongEnough ? 'met' : ''}>
        {rules.length(minLength, isLongEnough ? 0 : length)}
        <span class="visually-hidden"> ({isLongEnough ? rules.met : rules.unmet})</span>
      </li>
      {length > maxLength && <li class="error">{rules.longest(maxLength)}</li>}
      {refused.includes('guessable') && <li>{rules.guessable}</li>}
      {refused.includes('personal') && <li>{rules.personal}</li>}
    </ul>
  );
}
