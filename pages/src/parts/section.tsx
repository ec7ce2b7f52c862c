import type { ComponentChildren } from 'preact';
import { useId, useState } from 'preact/hooks';
import { useTexts } from '../context.ts';
import { Cancelled, failureOf, isPromptClosed } from '../failures.ts';
import type { Loaded } from '../use-loaded.ts';

/** A part of the account page, with its heading. */
export function Section({
  title,
  children,
}: {
  readonly title: string;
  readonly children: ComponentChildren;
}) {
  const id = useId();
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {children}
    </section>
  );
}

interface ShownProps<T> {
  readonly of: Loaded<T>;
  readonly children: (data: T) => ComponentChildren;
}

/** What was loaded, or why it is not there with a button to try again. */
export function Shown<T>({ of: { data, hasFailed, reload }, children }: ShownProps<T>) {
  const { errors, common } = useTexts().messages;
  if (hasFailed)
    return (
      <div class="notice failure" role="alert">
        <p>{errors.unreachable}</p>
        <button type="button" onClick={() => void reload()}>
          {errors.retry}
        </button>
      </div>
    );
  return data === undefined ? <p class="muted">{common.loading}</p> : <>{children(data)}</>;
}

/** An action of a button, with what it has done or why it has failed. */
export function useAction() {
  const { messages } = useTexts();
  const [said, setSaid] = useState<{ text: string; isFailure: boolean }>();
  const show = (error: unknown): void => {
    if (error instanceof Cancelled || isPromptClosed(error)) return;
    setSaid({ text: failureOf(error, messages, new Set()).message, isFailure: true });
  };
  const run = (action: () => Promise<void>, done?: string): void => {
    setSaid(undefined);
    action().then(() => setSaid(done === undefined ? undefined : { text: done, isFailure: false }), show);
  };
  const style = said?.isFailure ? 'notice failure' : 'notice';
  const outcome = (
    <p role="status" class={said ? style : 'empty'}>
      {said?.text}
    </p>
  );
  return { run, show, outcome };
}
