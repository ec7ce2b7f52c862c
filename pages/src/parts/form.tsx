import { type ComponentChildren, createContext } from 'preact';
import { useContext, useRef, useState } from 'preact/hooks';
import { useTexts } from '../context.ts';
import { Cancelled, type Failure, failureOf } from '../failures.ts';
import { lengthOf } from '../length.ts';
import type { Messages } from '../messages/index.ts';

/** The values of the fields by their names. */
export type Values = Readonly<Record<string, string>>;

interface FormState {
  readonly failure: Failure | undefined;
}

const FormContext = createContext<FormState>({ failure: undefined });

/** What is wrong with a field of the form around it. */
export function useFieldFailure(name: string): string | undefined {
  return useContext(FormContext).failure?.fields[name];
}

interface FormProps {
  readonly submit: string;
  /** @throws what the client throws; the form then tells of it */
  readonly send: (values: Values) => Promise<void>;
  /** Codes of problems whose text of another code fits better here. */
  readonly codes?: Readonly<Record<string, string>>;
  readonly children?: ComponentChildren;
  /** Beside the button. */
  readonly aside?: ComponentChildren;
  readonly isDangerous?: boolean;
}

/** A form that keeps what was typed whatever happens, and shows errors beside their fields. */
export function Form({ submit, send, codes = {}, children, aside, isDangerous = false }: FormProps) {
  const { messages } = useTexts();
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure>();
  const [attempts, setAttempts] = useState(0);
  const form = useRef<HTMLFormElement>(null);
  // Known at once, unlike the state: a double click sends one request.
  const isSending = useRef(false);

  const run = async (): Promise<void> => {
    if (!form.current || isSending.current) return;
    const inputs = inputsOf(form.current);
    const faults = faultsOf(inputs, messages);
    if (Object.keys(faults).length > 0) return show({ message: messages.errors.fields, fields: faults });
    isSending.current = true;
    setBusy(true);
    try {
      // The failure before stays until then: without it the button would move away from a second click.
      await send(Object.fromEntries(inputs.map(({ name, value }) => [name, value])));
      setFailure(undefined);
    } catch (error) {
      if (error instanceof Cancelled) return;
      show(failureOf(error, messages, new Set(inputs.map(({ name }) => name)), codes));
    } finally {
      isSending.current = false;
      setBusy(false);
    }
  };

  const show = (shown: Failure): void => {
    setFailure(shown);
    setAttempts((count) => count + 1);
    // After the next rendering, when the field is marked.
    setTimeout(() => form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
  };

  return (
    <FormContext.Provider value={{ failure }}>
      <form
        ref={form}
        method="post"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void run();
        }}
      >
        {children}
        {/* A new element each time, so that a screen reader reads the same failure again. */}
        <div key={attempts} role="alert" class={failure ? 'notice failure' : 'empty'}>
          {failure?.message}
        </div>
        <div class="actions">
          <button type="submit" class={isDangerous ? 'dangerous' : 'primary'} aria-busy={isBusy}>
            {submit}
          </button>
          {aside}
        </div>
        <span role="status" class="visually-hidden">
          {isBusy ? messages.common.loading : ''}
        </span>
      </form>
    </FormContext.Provider>
  );
}

function inputsOf(form: HTMLFormElement): HTMLInputElement[] {
  return [...form.querySelectorAll('input')].filter(({ name }) => name !== '');
}

/** What the browser itself would refuse, in the language of the page. */
function faultsOf(inputs: readonly HTMLInputElement[], { errors }: Messages): Record<string, string> {
  const faults: Record<string, string> = {};
  for (const { name, validity, value, dataset } of inputs) {
    const least = Number(dataset.least ?? 0);
    if (validity.valueMissing) faults[name] = errors.violations.required ?? '';
    else if (validity.typeMismatch) faults[name] = errors.violations['email-address'] ?? '';
    else if (validity.patternMismatch) faults[name] = errors.violations['totp-code'] ?? '';
    else if (least > 0 && lengthOf(value) < least) faults[name] = errors.tooShort(least);
  }
  return faults;
}
