import { type ChipBus, KitPowerLost } from './bus.ts';
import type { Silicon, SimulatedClock } from './silicon.ts';

/** How a transfer ended: acknowledged; address not; a byte after it not; or lines that do not follow. */
export type I2cResult = 'ack' | 'nack-address' | 'nack-data' | 'fault';

/** The I2C bus as a master drives it, transfer by transfer. Addresses are 8-bit with bit 0 clear. */
export interface I2cBus {
  /** SDA low for at least 60 µs. */
  pulse(): Promise<'ack' | 'fault'>;
  /** START, address with the write bit, bytes, STOP. */
  write(address: number, bytes: Uint8Array): Promise<I2cResult>;
  /** START, address with the read bit, `length` bytes, STOP. */
  read(address: number, length: number): Promise<Uint8Array | 'nack-address' | 'fault'>;
}

/** Silicon, and how long it takes from the pulse until its wake answer can be read (tWHI, longer with a self-test). */
export interface I2cChip extends Silicon {
  readonly wakeMs?: number;
}

/** What is soldered to a bus, and what time it is there. */
export interface I2cBusOptions {
  /** Asked at every transfer: chips may be taken off and put on. */
  readonly chips: () => readonly I2cChip[];
  /** The clock that the chips have too. */
  readonly clock: SimulatedClock;
  /** Whether the lines are stuck just now; never when not given. */
  readonly stuck?: () => boolean;
}

interface Output {
  /** What a read gives, and how far it has been read. */
  readonly bytes: Uint8Array;
  at: number;
}

/**
 * Chips on wires, as atecc-device.md 1 has it: a pulse wakes whoever is not awake; word address 00 rewinds, 01 sleeps, 02
 * idles, 03 is a command; whoever is asleep, waking or busy does not acknowledge; reading beyond the end gives FF; a
 * repeated read goes on where the last one stopped.
 */
export function siliconBus({ chips, clock, stuck = () => false }: I2cBusOptions): I2cBus {
  const outputs = new WeakMap<I2cChip, Output>();
  const busyUntil = new WeakMap<I2cChip, number>();

  const busy = (chip: I2cChip): boolean => (busyUntil.get(chip) ?? 0) > clock.now() + ROUNDING_MS;
  const listening = (address: number): I2cChip | undefined =>
    chips().find((chip) => (chip.address & 0xfe) === (address & 0xfe) && chip.awake && !busy(chip));

  const pulse = (): 'ack' | 'fault' => {
    if (stuck()) return 'fault';
    for (const chip of chips()) {
      const answer = chip.wake();
      if (answer === undefined) continue;
      outputs.set(chip, { bytes: answer, at: 0 });
      busyUntil.set(chip, clock.now() + (chip.wakeMs ?? TYPICAL_WAKE_MS));
    }
    return 'ack';
  };

  const write = (address: number, bytes: Uint8Array): I2cResult => {
    if (stuck()) return 'fault';
    const chip = listening(address);
    if (chip === undefined) return 'nack-address';
    const [wordAddress] = bytes;
    switch (wordAddress) {
      case undefined:
        return 'ack';
      case WORD.reset: {
        const output = outputs.get(chip);
        if (output !== undefined) output.at = 0;
        return 'ack';
      }
      case WORD.sleep:
        chip.sleep();
        outputs.delete(chip);
        return 'ack';
      case WORD.idle:
        chip.idle();
        outputs.delete(chip);
        return 'ack';
      case WORD.command: {
        const answer = chip.command(bytes.subarray(1));
        if (answer === undefined) return 'nack-data';
        outputs.set(chip, { bytes: answer.response, at: 0 });
        busyUntil.set(chip, clock.now() + answer.executionMs);
        return 'ack';
      }
      default:
        return 'nack-data';
    }
  };

  const read = (address: number, length: number): Uint8Array | 'nack-address' | 'fault' => {
    if (stuck()) return 'fault';
    const chip = listening(address);
    const output = chip === undefined ? undefined : outputs.get(chip);
    return output === undefined ? 'nack-address' : take(output, length);
  };

  return {
    pulse: () => Promise.resolve(pulse()),
    write: (address, bytes) => Promise.resolve(write(address, bytes)),
    read: (address, length) => Promise.resolve(read(address, length)),
  };
}

/**
 * The bus of a simulated board, faults and all, driven from outside: a kit host of our own firmware takes the place of a
 * simulated kit. Power cuts of the whole board come out as KitPowerLost. A `delay` fault and the chip's own time are seen
 * as addresses that are not acknowledged.
 */
export function boardBus(bus: ChipBus): I2cBus {
  /** What a transfer comes to: lines that are held low do not follow. */
  const told = <T>(result: T): T | 'fault' => (bus.stuck ? 'fault' : result);
  const outputs = new Map<number, Output>();

  const word = async (address: number, bytes: Uint8Array): Promise<boolean> => {
    switch (bytes[0]) {
      case WORD.reset:
        return bus.resetAddressCounter(address);
      case WORD.sleep:
        return bus.sleep(address);
      case WORD.idle:
        return bus.idle(address);
      default:
        return bus.send(address, bytes.subarray(1));
    }
  };

  return {
    async pulse() {
      outputs.clear();
      await bus.wakePulse(false);
      return told('ack');
    },
    async write(address, bytes) {
      if (bytes.length > 0 && (bytes[0] ?? 0) > WORD.command) return 'nack-data';
      outputs.delete(address);
      const acknowledged = bytes.length === 0 || (await word(address, bytes));
      return told(acknowledged ? 'ack' : 'nack-address');
    },
    async read(address, length) {
      let output = outputs.get(address);
      if (output === undefined) {
        const bytes = await bus.read(address);
        if (bytes === undefined) return told('nack-address');
        output = { bytes, at: 0 };
        outputs.set(address, output);
      }
      return told(take(output, length));
    },
  };
}

/** Whether a transfer failed because the whole kit lost its power. */
export function isPowerLost(error: unknown): boolean {
  return error instanceof KitPowerLost;
}

const WORD = { reset: 0x00, sleep: 0x01, idle: 0x02, command: 0x03 } as const;

/** tWHI without the pulse itself. */
const TYPICAL_WAKE_MS = 1.5;

/** Sums of fractions of a millisecond do not come out even. */
const ROUNDING_MS = 1e-6;

/** The next `length` bytes; FF beyond the end. */
function take(output: Output, length: number): Uint8Array {
  const bytes = new Uint8Array(length).fill(0xff);
  bytes.set(output.bytes.subarray(output.at, output.at + length));
  output.at = Math.min(output.at + length, output.bytes.length);
  return bytes;
}
