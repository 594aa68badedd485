import type { DataWrite } from './plan.ts';

/** Where the bytes of stage 7 come from, as a run record names it. */
const writtenSources = ['bytes', 'file', 'csv', 'random', 'diversified'] as const;

/** What stage 7 wrote, as a run record keeps it: never the bytes. */
export interface DataWritten {
  /** A slot's number, or OTP. */
  readonly place: number | 'OTP';
  readonly source: (typeof writtenSources)[number];
  /** What a person called it; may be empty. */
  readonly label: string;
}

/** The line of a run record for a write: "slot 8 from file (site configuration)". Its form is a stored format. */
export function dataWrittenLine({ zone, slot, source, label }: DataWrite): string {
  return `${zone === 'otp' ? 'OTP' : `slot ${slot}`} from ${source.kind}${label === '' ? '' : ` (${label})`}`;
}

/** What such a line says; undefined for one of another form, a newer version's. */
export function readDataWritten(line: string): DataWritten | undefined {
  const [, place = '', kind, label = ''] = /^(OTP|slot \d+) from (\w+)(?: \((.*)\))?$/s.exec(line) ?? [];
  const source = writtenSources.find((known) => known === kind);
  if (source === undefined) return undefined;
  return { place: place === 'OTP' ? 'OTP' : Number(place.slice('slot '.length)), source, label };
}
