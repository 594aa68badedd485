import { createHash } from 'node:crypto';
import { join, take } from './bytes.ts';
import type { Tear } from './cut.ts';
import { OTP_BYTES, SLOTS, slotSize } from './geometry.ts';
import { isPrivateKey } from './p256.ts';

/** One change of memory that a command wants; done when the command ends, or torn by a power cut. */
export type MemoryWrite =
  | { readonly zone: 'config' | 'otp'; readonly offset: number; readonly bytes: Uint8Array }
  | { readonly zone: 'data'; readonly slot: number; readonly offset: number; readonly bytes: Uint8Array }
  | { readonly zone: 'key'; readonly slot: number; readonly key: Uint8Array };

/** Everything that outlives power: three zones, validity of private keys, the wear of the RNG seed cell. */
export class Eeprom {
  readonly config: Uint8Array;
  readonly otp = new Uint8Array(OTP_BYTES).fill(0xff);
  readonly slots: readonly Uint8Array[];
  readonly keyValid: boolean[] = new Array<boolean>(SLOTS).fill(false);
  /** Updates of the RNG seed cell, which stands 400,000 (atecc-device.md 1). */
  rngSeedUpdates = 0;
  /** Writes done, one for each block, key, lock or counter. */
  writes = 0;
  #staged: MemoryWrite[] = [];

  /**
   * Factory state: `config` with its own bytes 0..15, OTP all FF, data slots with content nobody can know (UNCONFIRMED
   * on silicon, atecc-device.md 4): here a function of the serial number.
   */
  constructor(config: Uint8Array) {
    this.config = config.slice();
    this.slots = Array.from({ length: SLOTS }, (_, slot) => factoryContent(config, slot));
  }

  /** Notes a change; nothing is written yet. */
  stage(write: MemoryWrite): void {
    this.#staged.push(write);
  }

  /** Forgets the notes: the command was refused. */
  discard(): void {
    this.#staged = [];
  }

  /** Writes everything noted. */
  commit(): void {
    for (const write of this.#staged) {
      this.writes += 1;
      if (write.zone === 'key') this.#setKey(write.slot, write.key, true);
      else this.#target(write).set(write.bytes, write.offset);
    }
    this.#staged = [];
  }

  /** Power was lost while writing what was noted. */
  tear(tear: Tear): void {
    for (const write of this.#staged) {
      this.writes += 1;
      if (write.zone === 'key') this.#tearKey(write.slot, write.key, tear);
      else this.#tearWords(this.#target(write), write.offset, write.bytes, tear);
    }
    this.#staged = [];
  }

  /** The private key of a slot: 4 pad bytes, then 32 (atecc-device.md 4). */
  privateKey(slot: number): Uint8Array {
    return take(this.slot(slot), 4, 32);
  }

  slot(slot: number): Uint8Array {
    return this.slots[slot] ?? new Uint8Array(0);
  }

  #target(write: Exclude<MemoryWrite, { zone: 'key' }>): Uint8Array {
    if (write.zone === 'data') return this.slot(write.slot);
    return write.zone === 'otp' ? this.otp : this.config;
  }

  #setKey(slot: number, key: Uint8Array, valid: boolean): void {
    this.slot(slot).set(join([0, 0, 0, 0], key));
    this.keyValid[slot] = valid;
  }

  #tearKey(slot: number, key: Uint8Array, tear: Tear): void {
    if (tear.key === 'new') this.#setKey(slot, key, true);
    if (tear.key === 'new' || tear.key === 'old') return;
    let garbage = tear.garbage(32);
    while (!isPrivateKey(garbage)) garbage = tear.garbage(32);
    this.#setKey(slot, garbage, tear.key === 'garbage-valid');
  }

  #tearWords(target: Uint8Array, offset: number, bytes: Uint8Array, tear: Tear): void {
    for (let start = 0; start < bytes.length; ) {
      const end = Math.min(bytes.length, start + 4 - ((offset + start) % 4));
      if (tear.word()) target.set(bytes.subarray(start, end), offset + start);
      start = end;
    }
  }
}

function factoryContent(config: Uint8Array, slot: number): Uint8Array {
  const bytes = new Uint8Array(slotSize(slot));
  for (let at = 0; at < bytes.length; at += 32) {
    const hash = createHash('sha256').update(`factory ${slot} ${at} `).update(config.subarray(0, 13)).digest();
    bytes.set(hash.subarray(0, bytes.length - at), at);
  }
  return bytes;
}
