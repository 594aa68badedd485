/**
 * The firmware of one kit: lines in, replies out, habits included. It knows the bus and nothing of channels; what is
 * volatile in it is gone at `powerUp`.
 */
export interface Kit {
  readonly dialect: KitDialectName;
  /** "AT88CK590"; empty when this firmware does not say. */
  readonly name: string;
  /** Longest line it can hold, line feed not counted. */
  readonly lineLimit: number;
  /** Whether a carriage return ends a line as well; the line feed behind it then ends an empty one. */
  readonly endsLineAtCr?: boolean;
  /** Plugged in: everything volatile as the firmware starts. */
  powerUp(): void;
  /**
   * One line without its line feed, NULs taken out. Gives every character that goes back (normally one line with its
   * line feed); '' = no answer.
   */
  answer(line: string): Promise<string>;
  /** What it says to a line that is too long for it; undefined = it hangs until it is plugged in anew. */
  overlong(): string | undefined;
  /** What survives without power in the kit itself. */
  memory(): KitMemory;
}

export type KitDialectName = 'legacy' | 'd21' | 'modern' | 'signet';

/** The legacy kit's own EEPROM byte (`b:mg`, `b:ms`). */
export interface KitMemory {
  readonly moduleNumber: number;
}

/** Everything needed to build a kit but its bus. */
export type KitOptions =
  | { readonly dialect: 'legacy'; readonly name?: LegacyName; readonly moduleNumber?: number }
  | { readonly dialect: 'd21' }
  /** The kit host of firmware/. */
  | { readonly dialect: 'signet' }
  | { readonly dialect: 'modern'; readonly habits?: ModernHabits; readonly devices?: readonly ModernDevice[] };

/** One firmware, four names (signer-and-server.md 1.1, 1.3). */
export type LegacyName = 'AT88CK590' | 'AT88CK490' | 'AT88CKECCROOT' | 'AT88CKECCSIGNER';

/** How a host built on Microchip's kit host source behaves; the two that matter are `asEmitted` and `wellFormed` (modern.ts). */
export interface ModernHabits {
  /** Failures as the 32-bit negative number that the source prints, or as two digits. */
  readonly failures: 'negative' | 'two-digits';
  /** A status packet of the chip becomes a failure of the kit and is lost, or is handed on as data. */
  readonly deviceErrors: 'dropped' | 'forwarded';
  /** `board:device` beyond the table: a failure, or the line Microchip's own client is content with. */
  readonly emptyIndex: 'failure' | 'no-device';
  /** `b:v`, `b:f`: the working buffer as it happens to be, or an honest "unknown command". */
  readonly stubs: 'buffer' | 'unknown';
}

/** A row of the modern host's table, fixed when it was built. */
export interface ModernDevice {
  readonly name: string;
  readonly bus: 'TWI' | 'SWI' | 'SPI';
  readonly address: number;
}

/** Kit status codes (kit-protocol.md 3). */
export const kitStatus = {
  ok: 0x00,
  unknownCommand: 0xc0,
  receiveOverflow: 0xc1,
  badParameter: 0xc3,
  noDevice: 0xc5,
  commandFail: 0xd3,
  parseError: 0xd2,
  chipSawBadCrc: 0xd4,
  functionFailed: 0xe0,
  generic: 0xe1,
  badParameterLibrary: 0xe2,
  invalidSize: 0xe4,
  badCrc: 0xe5,
  noResponse: 0xe7,
  resyncWithWake: 0xe8,
  communicationFailed: 0xf0,
} as const;
