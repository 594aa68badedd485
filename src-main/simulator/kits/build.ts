import type { BoardChip } from '../board-chip.ts';
import type { ChipBus } from '../bus.ts';
import { D21Kit } from './d21.ts';
import type { Kit, KitOptions, ModernDevice } from './kit.ts';
import { LegacyKit } from './legacy.ts';
import { asEmitted, ModernKit } from './modern.ts';
import { SignetKit } from './signet.ts';

/** A kit as plugged in just now. `chips` is what a modern host's table lists when the options do not. */
export function buildKit(bus: ChipBus, options: KitOptions, chips: readonly BoardChip[]): Kit {
  if (options.dialect === 'legacy') return new LegacyKit(bus, options.name, options.moduleNumber);
  if (options.dialect === 'd21') return new D21Kit(bus);
  if (options.dialect === 'signet') return new SignetKit(bus);
  return new ModernKit(bus, options.devices ?? deviceTable(chips), options.habits ?? asEmitted);
}

/** Names as the vendor's table has them: ECC508A, ECC608. */
function deviceTable(chips: readonly BoardChip[]): readonly ModernDevice[] {
  return chips.map(({ part, address }) => ({
    name: part === 'ATECC508A' ? 'ECC508A' : 'ECC608',
    bus: 'TWI',
    address,
  }));
}
