import type { Command } from '../command.ts';
import { decodeDone, defineCommand, requireSlot } from './define.ts';

/** P1 bit 7 of Lock: the chip does not compare the summary. */
const NO_CRC = 0x80;

/**
 * Locks the configuration zone for ever. `crc` is the register over the 128 bytes as read back (lock-crc.ts); without it the
 * chip locks whatever is there (atecc-device.md 7.6). A wrong CRC: status 0F, nothing locked.
 */
export function lockConfig(crc?: number): Command<undefined> {
  return lock(crc === undefined ? NO_CRC : 0, crc ?? 0, `lock the configuration zone ${withCrc(crc)}`);
}

/** Locks data and OTP zones for ever. `crc` is the register over slots and OTP (lock-crc.ts). */
export function lockData(crc?: number): Command<undefined> {
  return lock(crc === undefined ? NO_CRC | 1 : 1, crc ?? 0, `lock data and OTP ${withCrc(crc)}`);
}

/** Locks one slot for ever; it must be Lockable. */
export function lockSlot(slot: number): Command<undefined> {
  requireSlot(slot);
  return lock(2 | (slot << 2), 0, `lock slot ${slot}`);
}

function lock(mode: number, param2: number, describe: string): Command<undefined> {
  return defineCommand({
    name: 'Lock',
    param1: mode,
    param2,
    describe,
    decode: decodeDone,
    repeatable: false,
    irreversible: true,
  });
}

function withCrc(crc: number | undefined): string {
  return crc === undefined ? 'without CRC' : `with CRC ${crc.toString(16).toUpperCase().padStart(4, '0')}`;
}
