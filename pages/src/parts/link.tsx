import type { ComponentChildren } from 'preact';
import { addressOf, goTo } from '../router.ts';

interface LinkProps {
  /** Below `/account`. */
  readonly to: string;
  readonly children: ComponentChildren;
  readonly class?: string;
}

/** A link to another of these pages, which needs no request. */
export function Link({ to, children, class: style }: LinkProps) {
  return (
    <a
      href={addressOf(to)}
      class={style}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
        event.preventDefault();
        goTo(to);
      }}
    >
      {children}
    </a>
  );
}
