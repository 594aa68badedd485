import { useRef } from 'react';

/** A row of tabs: arrows move, the panel has the id `panel-<id>` and is named by its tab. */
export function Tabs<T extends string>({
  label,
  tabs,
  value,
  onChange,
}: {
  readonly label: string;
  readonly tabs: readonly { readonly id: T; readonly name: string }[];
  readonly value: T;
  readonly onChange: (id: T) => void;
}) {
  const list = useRef<HTMLDivElement>(null);
  const move = (step: number): void => {
    const index = tabs.findIndex((tab) => tab.id === value);
    const next = tabs[(index + step + tabs.length) % tabs.length];
    if (next === undefined) return;
    onChange(next.id);
    list.current?.querySelector<HTMLElement>(`#tab-${next.id}`)?.focus();
  };
  return (
    <div className="tabs no-print" role="tablist" aria-label={label} ref={list}>
      {tabs.map((tab) => (
        <button
          key={tab.id}
          id={`tab-${tab.id}`}
          type="button"
          role="tab"
          className="tab"
          aria-selected={tab.id === value}
          aria-controls={tab.id === value ? `panel-${tab.id}` : undefined}
          tabIndex={tab.id === value ? 0 : -1}
          onClick={() => onChange(tab.id)}
          onKeyDown={(event) => {
            if (event.key === 'ArrowRight') move(1);
            else if (event.key === 'ArrowLeft') move(-1);
            else return;
            event.preventDefault();
          }}
        >
          {tab.name}
        </button>
      ))}
    </div>
  );
}

/** The panel of a tab. */
export function TabPanel({
  id,
  className,
  children,
}: {
  readonly id: string;
  readonly className?: string;
  readonly children: React.ReactNode;
}) {
  return (
    <div id={`panel-${id}`} role="tabpanel" aria-labelledby={`tab-${id}`} className={className}>
      {children}
    </div>
  );
}
