import type { TornWrite } from './faults/fault.ts';
import type { Silicon } from './silicon.ts';

/** What a board needs of a chip besides its bus: to keep it in a file and to do it harm. */
export interface BoardChip extends Silicon {
  readonly part: ChipPart;
  /** From the wake pulse until its answer can be read, ms: tWHI of 1.5, or longer with a power-on self-test. */
  readonly wakeMs: number;
  /** The next command's EEPROM write is cut short in this way; the board then takes the power away. */
  cutNext(torn: TornWrite): void;
  /** Flips bits of the EEPROM; `offset` counts from the start of the zone or slot. */
  rot(zone: 'config' | 'otp' | 'data', slot: number, offset: number, xor: number): void;
  /** Rises whenever the EEPROM (or a wear counter) changed. */
  readonly changes: number;
  /** Everything that survives without power, as JSON. */
  snapshot(): unknown;
}

/** Decides the name under which kits with a device table list a chip. */
export type ChipPart = 'ATECC508A' | 'ATECC608';
