import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ruleCatalogue } from '../../../src-main/simulator/chip/index.ts';
import { buildPacket } from '../../../src-shared/atecc/packet.ts';
import { count, inSlot, KNOWN, op, privateSlot, type Setup, secretKey, World } from './bench.ts';

/** Whatever comes, the chip answers a well-formed packet or does not acknowledge; it never breaks. */
const slots: NonNullable<Setup['slots']> = {
  0: privateSlot,
  1: { config: 0x44c4, key: 0x005c, content: secretKey },
  2: { config: 0x6f8f, key: 0x04b3, privateKey: KNOWN.privateKey },
  3: { config: 0x3faf, key: 0x001c },
  4: { config: 0x2f8f, key: 0x003c, content: secretKey },
  5: { config: 0x8f8f, key: 0x001a, content: count(3, 36) },
  11: { key: 0x0030, content: inSlot(KNOWN.publicKey) },
  14: { config: 0x1f0b, key: 0x0032, content: inSlot(KNOWN.publicKey, 5) },
};
const opcodes = fc.oneof(fc.constantFrom(...Object.values(op)), fc.nat(255));
const lengths = fc.constantFrom(0, 3, 4, 16, 19, 20, 32, 36, 64, 68, 77, 83, 96, 128);
const command = fc.record({
  opcode: opcodes,
  param1: fc.oneof(fc.constantFrom(0, 1, 2, 3, 4, 5, 7, 8, 12, 16, 0x80, 0x82, 0xc2), fc.nat(255)),
  param2: fc.oneof(fc.nat(15), fc.nat(0xffff), fc.constantFrom(0xffff, 0x8000, 0x28, 0x50, 64)),
  data: fc.oneof(
    lengths.chain((length) => fc.uint8Array({ minLength: length, maxLength: length })),
    fc.uint8Array({ maxLength: 140 }),
  ),
});
const rules = ruleCatalogue().map(({ id }) => id);

function wellFormed(response: Uint8Array): boolean {
  return response.length >= 4 && response[0] === response.length;
}

describe('any packet', () => {
  test('sequences of commands in every state, on every part', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('508A' as const, '608A' as const),
        fc.constantFrom('none' as const, 'config' as const, 'data' as const),
        fc.array(command, { maxLength: 30 }),
        (part, lock, commands) => {
          const bench = new World().bench({ part, lock, slots, bytes: { 13: 1, 70: 1, 71: 0xba, 90: 6, 91: 0x40 } });
          for (const parts of commands) {
            const answer = bench.chip.command(buildPacket(parts));
            if (answer === undefined) bench.chip.wake();
            else expect(wellFormed(answer.response)).toBe(true);
          }
          expect(bench.chip.inspect().config).toHaveLength(128);
        },
      ),
      { numRuns: 400, seed: 20261122 },
    );
  });

  test('with any one rule left out', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...rules),
        fc.constantFrom('508A' as const, '608A' as const),
        fc.array(command, { maxLength: 20 }),
        (rule, part, commands) => {
          const bench = new World([rule]).bench({ part, slots, bytes: { 13: 1, 70: 1, 71: 0xba, 90: 6, 91: 0x40 } });
          for (const parts of commands) {
            const answer = bench.chip.command(buildPacket(parts));
            if (answer === undefined) bench.chip.wake();
            else expect(wellFormed(answer.response)).toBe(true);
          }
        },
      ),
      { numRuns: 600, seed: 20261122 },
    );
  });

  test('bytes that are no packet answer FF or 03', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 160 }), (bytes) => {
        const answer = new World().bench().chip.command(bytes);
        expect([3, 0xff]).toContain(answer?.response[1]);
      }),
      { numRuns: 500, seed: 20261122 },
    );
  });

  test('the seeded bytes of a cut never leave a chip that throws', () => {
    fc.assert(
      fc.property(fc.nat(), fc.array(command, { minLength: 1, maxLength: 8 }), (seed, commands) => {
        const bench = new World().bench({ lock: 'config', slots });
        for (const parts of commands) {
          bench.chip.cutPower({ when: 'during', torn: seed });
          expect(bench.chip.command(buildPacket(parts))).toBeUndefined();
          bench.chip.powerCycle();
          bench.chip.wake();
        }
        expect(
          wellFormed(bench.raw(buildPacket({ opcode: op.info, param1: 0, param2: 0, data: new Uint8Array(0) }))),
        ).toBe(true);
      }),
      { numRuns: 300, seed: 20261122 },
    );
  });
});
