import type { ReactNode } from 'react';

/** A part that scrolls by itself: reachable by keyboard, so that what is in it can be read without a mouse. */
export function ScrollBox({ className = 'card-scroll', children }: { className?: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <div className={className} tabIndex={0}>
      {children}
    </div>
  );
}
