import { concat } from '../../base/bytes.ts';
import {
  ACCESS_32_BYTES,
  ACCESS_ENCRYPTED,
  addressParam2,
  describeAddress,
  type MemoryAddress,
  zoneCode,
} from '../address.ts';
import type { Command } from '../command.ts';
import { decodeBytes, decodeDone, defineCommand, requireLength, requireSlot } from './define.ts';

/**
 * Reads 4 or 32 bytes (atecc-device.md 7.4). A short last block reads padded with 00. With a valid GenDig session on a slot that
 * demands it the bytes come XORed with TempKey (host/session.ts decrypts).
 */
export function read(address: MemoryAddress, size: 4 | 32): Command<Uint8Array> {
  return defineCommand({
    name: 'Read',
    param1: zoneCode(address.zone) | sizeBit(size),
    param2: addressParam2(address),
    describe: `read ${describeAddress(address, size)}`,
    decode: decodeBytes(size),
  });
}

/**
 * Writes 4 or 32 bytes in clear (atecc-device.md 7.5). Data slots take only 32-byte writes before data lock.
 * Writes to the configuration and OTP zones are marked irreversible: what the chip held there before is gone for good,
 * and in OTP consumption mode bits never come back.
 */
export function write(address: MemoryAddress, data: Uint8Array): Command<undefined> {
  requireLength('data', data, 4, 32);
  const size = data.length === 32 ? 32 : 4;
  return defineCommand({
    name: 'Write',
    param1: zoneCode(address.zone) | sizeBit(size),
    param2: addressParam2(address),
    data,
    describe: `write ${describeAddress(address, size)}`,
    decode: decodeDone,
    repeatable: address.zone !== 'otp',
    irreversible: address.zone !== 'data',
  });
}

/** What an encrypted write sends: 32 bytes of cipher and the 32-byte MAC over the P1 that is sent. */
export interface SealedBlock {
  readonly cipher: Uint8Array;
  readonly mac: Uint8Array;
}

/** P1 of an encrypted 32-byte write to a zone: C2 for data. The MAC is made over this very byte (atecc-device.md 7.5). */
export function encryptedWriteMode(zone: MemoryAddress['zone']): number {
  return zoneCode(zone) | ACCESS_32_BYTES | ACCESS_ENCRYPTED;
}

/**
 * Writes a 32-byte block encrypted under a GenDig session (`host/session.ts` seals it). Never repeated alone: TempKey is gone
 * after it; redo the whole sequence from Nonce.
 */
export function writeEncrypted(address: MemoryAddress, sealed: SealedBlock): Command<undefined> {
  requireLength('cipher', sealed.cipher, 32);
  requireLength('MAC', sealed.mac, 32);
  return defineCommand({
    name: 'Write',
    param1: encryptedWriteMode(address.zone),
    param2: addressParam2(address),
    data: concat(sealed.cipher, sealed.mac),
    describe: `write ${describeAddress(address, 32)} encrypted`,
    decode: decodeDone,
    repeatable: false,
    irreversible: address.zone !== 'data',
  });
}

/**
 * Write with any P1 and P2, 4 or 32 bytes and an optional MAC: for sequences whose zone byte comes from outside.
 * Not repeatable as soon as there is a MAC.
 */
export function writeRaw(param1: number, param2: number, data: Uint8Array, mac?: Uint8Array): Command<undefined> {
  requireLength('data', data, (param1 & ACCESS_32_BYTES) !== 0 ? 32 : 4);
  if (mac !== undefined) requireLength('MAC', mac, 32);
  return defineCommand({
    name: 'Write',
    param1,
    param2,
    data: mac === undefined ? data : concat(data, mac),
    describe: `write ${data.length} bytes, P1 ${param1.toString(16)}, P2 ${param2.toString(16)}`,
    decode: decodeDone,
    repeatable: mac === undefined && (param1 & 3) !== 1,
    irreversible: (param1 & 3) !== 2,
  });
}

/** A private key sealed for PrivWrite: 36 bytes of cipher, 32-byte MAC. */
export interface SealedPrivateKey {
  readonly cipher: Uint8Array;
  readonly mac: Uint8Array;
}

/**
 * Puts a private key in clear into a slot: 00×4 ‖ key (atecc-device.md 7.15), only before data lock. `privateKey` is the
 * 32-byte number, big-endian. The MAC field is sent as 32 zero bytes, the form that Microchip's library uses on silicon.
 */
export function privWritePlain(slot: number, privateKey: Uint8Array): Command<undefined> {
  requireSlot(slot);
  requireLength('private key', privateKey, 32);
  return privWrite(0x00, slot, concat(new Uint8Array(4), privateKey), new Uint8Array(32));
}

/** Puts a sealed private key into a slot (`host/session.ts` seals it). Never repeated alone. */
export function privWriteEncrypted(slot: number, sealed: SealedPrivateKey): Command<undefined> {
  requireSlot(slot);
  return privWrite(0x40, slot, sealed.cipher, sealed.mac);
}

function privWrite(mode: number, slot: number, value: Uint8Array, mac: Uint8Array): Command<undefined> {
  requireLength('value', value, 36);
  requireLength('MAC', mac, 32);
  return defineCommand({
    name: 'PrivWrite',
    param1: mode,
    param2: slot,
    data: concat(value, mac),
    describe: `put a private key into slot ${slot}${mode === 0 ? '' : ', encrypted'}`,
    decode: decodeDone,
    repeatable: false,
    irreversible: true,
  });
}

function sizeBit(size: 4 | 32): number {
  return size === 32 ? ACCESS_32_BYTES : 0;
}
