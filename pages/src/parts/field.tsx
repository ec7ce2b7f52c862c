import type { ComponentChildren, JSX } from 'preact';
import { useId } from 'preact/hooks';
import { useTexts } from '../context.ts';
import { useFieldFailure } from './form.tsx';

/** The attributes of an input, whose type may change between text and password. */
export interface InputProps {
  readonly type: 'text' | 'email' | 'password';
  readonly required?: boolean;
  readonly autocomplete: string;
  readonly autocapitalize?: string;
  readonly spellcheck?: boolean;
  readonly inputMode?: string;
  readonly pattern?: string;
  readonly maxLength?: number;
  readonly defaultValue?: string;
  readonly class?: string;
  /** The least number of characters. */
  readonly 'data-least'?: number;
  readonly onInput?: (event: { readonly currentTarget: HTMLInputElement }) => void;
}

interface FieldProps {
  readonly name: string;
  readonly label: string;
  readonly input: InputProps;
  /** What the field needs, below it. */
  readonly hint?: ComponentChildren;
  /** Within the frame of the input, at its end. */
  readonly addition?: ComponentChildren;
}

/** An input with its label, and with its hint and its error, which screen readers read with it. */
export function Field({ name, label, input, hint, addition }: FieldProps) {
  const { messages } = useTexts();
  const failure = useFieldFailure(name);
  const id = useId();
  const described = [failure && `${id}-error`, hint && `${id}-hint`].filter(Boolean).join(' ');
  return (
    <div class="field">
      <label for={id}>
        {label}
        {!input.required && <span class="muted"> ({messages.common.optional})</span>}
      </label>
      <div class={addition ? 'frame with-addition' : 'frame'}>
        <input
          {...(input as JSX.IntrinsicElements['input'])}
          id={id}
          name={name}
          aria-invalid={failure !== undefined}
          {...(described && { 'aria-describedby': described })}
        />
        {addition}
      </div>
      {failure && (
        <p class="error" id={`${id}-error`}>
          {failure}
        </p>
      )}
      {hint && <div id={`${id}-hint`}>{hint}</div>}
    </div>
  );
}

export function EmailField({
  name = 'email',
  label,
  value,
}: {
  name?: string;
  label?: string;
  value?: string;
}) {
  const { messages } = useTexts();
  const input = {
    type: 'email',
    required: true,
    autocomplete: name === 'email' ? 'username webauthn' : 'email',
    autocapitalize: 'none',
    spellcheck: false,
    ...(value !== undefined && { defaultValue: value }),
  } as const;
  return <Field name={name} label={label ?? messages.fields.email} input={input} />;
}
