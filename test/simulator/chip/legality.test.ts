import { describe, expect, test } from 'vitest';
import {
  type Bench,
  concat,
  count,
  KNOWN,
  type LockState,
  op,
  privateSlot,
  sealed,
  secretKey,
  World,
  zeros,
} from './bench.ts';

/** The table of atecc-device.md 4, row by row: each operation in the three lock states. */
const states: readonly LockState[] = ['none', 'config', 'data'];
const OK = 'ok';
const NO = 'no';

const slots = {
  0: privateSlot,
  1: { config: 0x4483, key: 0x0033 },
  4: { config: 0x0f8f, key: 0x003c, content: secretKey },
  5: { config: 0x44c4, key: 0x001c },
  9: { config: 0x2f8f, key: 0x001c },
  10: { config: 0x0f0f, key: 0x003c },
  12: { config: 0x8f0f, key: 0x001c },
};

type Row = readonly [name: string, ask: (bench: Bench) => number, open: string, config: string, data: string];

/** Sends a command that needs a session with slot 4; without one (open chip) the status of the last step counts. */
function withSession(bench: Bench, ask: (session: Uint8Array) => number): number {
  const tempKey = bench.nonce();
  if (bench.status(op.genDig, 2, 4, [0x15, 2, 4, 0]) !== 0) return ask(tempKey);
  return ask(bench.chip.inspect().tempKey.value.slice(0, 32));
}

function signInternal(bench: Bench): number {
  bench.afterLoad(op.genKey, 8, 0);
  return bench.status(op.sign, 0, 0);
}

const rows: readonly Row[] = [
  ['read config, 4', (b) => b.status(op.read, 0, 5), OK, OK, OK],
  ['read config, 32', (b) => b.status(op.read, 0x80, 0x18), OK, OK, OK],
  ['write config, plain', (b) => b.status(op.write, 0, 4, zeros(4)), OK, NO, NO],
  ['write config, encrypted', (b) => b.status(op.write, 0xc0, 8, zeros(64)), NO, NO, NO],
  ['read OTP', (b) => b.status(op.read, 0x81, 0), NO, NO, OK],
  ['read data', (b) => b.status(op.read, 0x82, 0x50), NO, NO, OK],
  ['write OTP, 32', (b) => b.status(op.write, 0x81, 0, zeros(32)), NO, OK, NO],
  ['write OTP, 4', (b) => b.status(op.write, 1, 0, zeros(4)), NO, NO, NO],
  ['write data, 32', (b) => b.status(op.write, 0x82, 0x50, zeros(32)), NO, OK, OK],
  ['write data, 4', (b) => b.status(op.write, 2, 0x50, zeros(4)), NO, NO, OK],
  ['write data, WriteConfig Never', (b) => b.status(op.write, 0x82, 0x60, zeros(32)), NO, OK, NO],
  [
    'write data, encrypted',
    (b) => withSession(b, (session) => b.status(op.write, 0xc2, 0x28, sealed(session, 0xc2, 0x28, zeros(32)))),
    NO,
    OK,
    OK,
  ],
  ['write a private-key slot', (b) => b.status(op.write, 0x82, 0, zeros(32)), NO, NO, NO],
  ['PrivWrite, plain', (b) => b.status(op.privWrite, 0, 1, concat(zeros(4), KNOWN.privateKey)), NO, OK, NO],
  ['GenKey create, bit 13 set', (b) => b.status(op.genKey, 4, 0), NO, OK, OK],
  ['GenKey create, bit 13 clear', (b) => b.status(op.genKey, 4, 1), NO, OK, NO],
  ['GenKey public', (b) => b.status(op.genKey, 0, 0), NO, OK, OK],
  ['DeriveKey', (b) => b.afterLoad(op.deriveKey, 4, 9), NO, OK, OK],
  ['Sign external', (b) => b.afterLoad(op.sign, 0x80, 0), NO, OK, OK],
  ['Sign internal', (b) => signInternal(b), NO, NO, OK],
  ['Counter increment', (b) => b.status(op.counter, 1, 0), NO, OK, OK],
  ['Counter read', (b) => b.status(op.counter, 0, 0), OK, OK, OK],
  ['Lock config', (b) => b.status(op.lock, 0x80, 0), OK, NO, NO],
  ['Lock data', (b) => b.status(op.lock, 0x81, 0), NO, OK, NO],
  ['Lock slot', (b) => b.status(op.lock, 0x2a, 0), NO, OK, OK],
  ['Info', (b) => b.status(op.info, 0, 0), OK, OK, OK],
  ['Random', (b) => b.status(op.random, 0, 0), OK, OK, OK],
  ['Nonce', (b) => b.status(op.nonce, 0, 0, count(0, 20)), OK, OK, OK],
  ['UpdateExtra', (b) => b.status(op.updateExtra, 0, 0), OK, OK, OK],
];

describe('legality table, atecc-device.md 4', () => {
  for (const part of ['508A', '608A', '608B'] as const) {
    test.each(rows)(`${part}: %s`, (_, ask, ...expected) => {
      const found = states.map((lock) => {
        const bench = new World().bench({ part, lock, slots });
        const status = ask(bench);
        expect([0, 0x0f], `status ${status.toString(16)} in state ${lock}`).toContain(status);
        return status === 0 ? OK : NO;
      });
      expect(found).toEqual(expected);
    });
  }
});
