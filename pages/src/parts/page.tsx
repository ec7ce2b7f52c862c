import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { SITE } from '../site.ts';

interface PageProps {
  readonly title: string;
  readonly children?: ComponentChildren;
  readonly isWide?: boolean;
}

let isFirst = true;

/** A page with its heading, which gets the focus when the page replaces another: a screen reader reads it. */
export function Page({ title, children, isWide = false }: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} – ${SITE.name}`;
    if (!isFirst) heading.current?.focus();
    isFirst = false;
  }, [title]);
  return (
    <main id="content" class={isWide ? 'page wide' : 'page'}>
      <h1 ref={heading} tabIndex={-1}>
        {title}
      </h1>
      {children}
    </main>
  );
}
