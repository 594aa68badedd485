import type { ReactNode } from 'react';
import type { Settings } from '../../src-shared/ipc/contract.ts';

export interface SectionProps {
  readonly settings: Settings;
  readonly onChange: (change: Partial<Settings>) => void;
}

/** A group of settings under its heading. */
export function Group({
  title,
  tell,
  children,
}: {
  readonly title: string;
  readonly tell?: string;
  readonly children: ReactNode;
}) {
  return (
    <div className="sect settings-group">
      <h2>{title}</h2>
      {tell !== undefined && <p className="second">{tell}</p>}
      {children}
    </div>
  );
}
