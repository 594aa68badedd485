import type { ReactElement } from 'react';

/**
 * The marks of outcomes and states: each has its own outline, so that none depends on its colour. Circle with tick: passed.
 * Octagon with cross: failed. Diamond: a decision. Triangle: stop and read. Padlock: a password. Cracked square: the
 * station's own trouble. Dashed square: nothing there. Square with arrow: ready. Broken ring: running.
 */
const drawings = {
  pass: (
    <path
      fill="currentColor"
      fillRule="evenodd"
      d="M12 .8a11.2 11.2 0 1 1 0 22.4A11.2 11.2 0 0 1 12 .8ZM5.5 12.7l4.9 4.6 8.3-9.1-2.2-2-6.2 6.9-2.8-2.6Z"
    />
  ),
  fail: (
    <path
      fill="currentColor"
      fillRule="evenodd"
      d="M7.5 1h9L23 7.5v9L16.5 23h-9L1 16.5v-9ZM8.4 6.3 6.3 8.4 9.9 12l-3.6 3.6 2.1 2.1 3.6-3.6 3.6 3.6 2.1-2.1-3.6-3.6 3.6-3.6-2.1-2.1L12 9.9Z"
    />
  ),
  ask: (
    <path
      fill="currentColor"
      fillRule="evenodd"
      d="M12 .4 23.6 12 12 23.6.4 12ZM10.3 5.8l.5 7.8h2.4l.5-7.8Zm0 9.6v3.1h3.4v-3.1Z"
    />
  ),
  resume: (
    <path fill="currentColor" fillRule="evenodd" d="M12 .4 23.6 12 12 23.6.4 12ZM7 7.8v8.4h2.6V7.8Zm4.2 0v8.4L18 12Z" />
  ),
  aside: (
    <path fill="currentColor" fillRule="evenodd" d="M12 1.4 23.8 22.2H.2ZM10.5 8.6l.4 7h2.2l.4-7Zm0 8.5v2.9h3v-2.9Z" />
  ),
  key: (
    <path
      fill="currentColor"
      fillRule="evenodd"
      d="M2.8 10.3h3.1V7.6a6.1 6.1 0 0 1 12.2 0v2.7h3.1V23H2.8Zm6.1 0h6.2V7.6a3.1 3.1 0 0 0-6.2 0Zm1.9 4.3v4.7h2.4v-4.7Z"
    />
  ),
  go: (
    <path
      fill="currentColor"
      fillRule="evenodd"
      d="M1.2 1.2h21.6v21.6H1.2ZM4.6 12.9l5.3 4.5v-3.1h8.9V6.4h-2.7v5.2H9.9V8.4Z"
    />
  ),
  fault: (
    <path
      fill="currentColor"
      fillRule="evenodd"
      d="M1.5 1.5h11.9l-3.6 7.2 4.3 3.1-4.5 10.7H1.5Zm15 0h6v21h-9.8l4.6-11.6-4.4-3.1Z"
    />
  ),
  run: (
    <>
      <circle cx="12" cy="12" r="9.5" fill="none" stroke="currentColor" strokeOpacity=".3" strokeWidth="3.4" />
      <path fill="none" stroke="currentColor" strokeWidth="3.4" d="M12 2.5a9.5 9.5 0 0 1 6 16.9" />
    </>
  ),
  todo: <circle cx="12" cy="12" r="8.4" fill="none" stroke="currentColor" strokeWidth="2" />,
  skip: (
    <>
      <circle cx="12" cy="12" r="9.4" fill="none" stroke="currentColor" strokeWidth="2" />
      <path stroke="currentColor" strokeWidth="2.4" d="M7 12h10" />
    </>
  ),
  was: (
    <>
      <circle cx="12" cy="12" r="9.6" fill="none" stroke="currentColor" strokeWidth="2.2" />
      <path fill="none" stroke="currentColor" strokeWidth="2.6" d="m7 12.5 3.3 3.2 6.7-7.4" />
    </>
  ),
  empty: <path fill="none" stroke="currentColor" strokeWidth="2" strokeDasharray="4 3" d="M3 3h18v18H3z" />,
  off: <path fill="none" stroke="currentColor" strokeWidth="2.4" d="M3 3h18v18H3zM4 20 20 4" />,
  lockout: (
    <>
      <circle cx="12" cy="12" r="10" fill="none" stroke="currentColor" strokeWidth="2.6" />
      <path fill="none" stroke="currentColor" strokeWidth="2.6" d="M12 5.6V12l4.6 3" />
    </>
  ),
  info: <path fill="currentColor" fillRule="evenodd" d="M2 2h20v20H2ZM10.4 5.4v3.1h3.2V5.4Zm0 5v8.2h3.2v-8.2Z" />,
} as const satisfies Record<string, ReactElement>;

export type GlyphName = keyof typeof drawings;

/** A mark beside a word that says the same; without a `label` it is decoration. */
export function Glyph({ name, className, label }: { name: GlyphName; className?: string; label?: string }) {
  const classes = `glyph${name === 'run' ? ' glyph-run' : ''}${className === undefined ? '' : ` ${className}`}`;
  return label === undefined ? (
    <svg className={classes} viewBox="0 0 24 24" aria-hidden="true">
      {drawings[name]}
    </svg>
  ) : (
    <svg className={classes} viewBox="0 0 24 24" role="img" aria-label={label}>
      {drawings[name]}
    </svg>
  );
}
