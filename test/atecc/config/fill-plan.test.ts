import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressParam2, slotSize } from '../../../src-shared/atecc/address.ts';
import { decodeConfig, fillBlocks, fillPlan, presetImage } from '../../../src-shared/atecc/config/index.ts';
import { crc16 } from '../../../src-shared/atecc/crc.ts';
import { SignetError } from '../../../src-shared/base/error.ts';
import { patched, slotPatch } from './patch.ts';

const default508 = decodeConfig(presetImage('provisioning-2015'), 'ATECC508A');
const test508 = decodeConfig(presetImage('library-test-508'), 'ATECC508A');

/** Bytes that tell which call drew them. */
function countingRandom(): { draw: (count: number) => Uint8Array; calls: number[] } {
  const calls: number[] = [];
  return {
    calls,
    draw: (count) => {
      calls.push(count);
      return new Uint8Array(count).fill(0x80 + calls.length);
    },
  };
}

const noRandom = (count: number): Uint8Array => new Uint8Array(count).fill(0xcc);

describe('fill+crc', () => {
  it('default image: 46 writes in the order of the page, 1164 bytes under the CRC', () => {
    const plan = fillPlan(default508);
    const order = plan.blocks.map(({ zone, slot, block }) => (zone === 'otp' ? `otp.${block}` : `${slot}.${block}`));
    const thirteen = Array.from({ length: 13 }, (_, block) => `8.${block}`);
    const clear = [9, 10, 11, 12, 13, 14, 15].flatMap((slot) => [`${slot}.0`, `${slot}.1`, `${slot}.2`]);
    expect(order).toEqual([
      ...[1, 3, 4, 5, 6].flatMap((slot) => [`${slot}.0`, `${slot}.1`]),
      ...thirteen,
      ...clear,
      'otp.0',
      'otp.1',
    ]);
    expect(order).toHaveLength(46);
    expect(plan.crcBytes).toBe(1164);
    expect(plan.randomSlots).toEqual([1, 3, 4, 5, 6, 8, 9]);
    expect(plan.lockableSlots).toEqual([0, 4, 7, 10, 11, 12, 13, 15]);
    expect(plan.privateSlots).toEqual([0, 2, 7]);
  });

  it('addresses are those of the page: slot 10 block 2 is P2 0250', () => {
    const block = fillPlan(default508).blocks.find(({ slot, block: index }) => slot === 10 && index === 2);
    expect(block === undefined ? undefined : addressParam2(block)).toBe(0x0250);
  });

  it('contents: planned bytes padded, secrets random at full size, the rest 00, OTP FF', () => {
    const random = countingRandom();
    const { blocks, crcInput } = fillBlocks(
      default508,
      new Map([
        [4, new Uint8Array(32).fill(0x44)],
        [13, Uint8Array.of(1, 2)],
      ]),
      random.draw,
    );
    // Slots 1, 3, 5, 6, 8, 9 in order.
    expect(random.calls).toEqual([36, 36, 36, 36, 416, 72]);
    const bytes = (slot: number, block: number): number[] => [
      ...(blocks.find(({ address }) => address.zone === 'data' && address.slot === slot && address.block === block)
        ?.bytes ?? []),
    ];
    expect(bytes(1, 0)).toEqual(Array(32).fill(0x81));
    expect(bytes(1, 1)).toEqual([...Array(4).fill(0x81), ...Array(28).fill(0)]);
    expect(bytes(4, 0)).toEqual(Array(32).fill(0x44));
    expect(bytes(4, 1)).toEqual(Array(32).fill(0));
    expect(bytes(8, 12)).toEqual(Array(32).fill(0x85));
    expect(bytes(13, 0)).toEqual([1, 2, ...Array(30).fill(0)]);
    expect(bytes(10, 2)).toEqual(Array(32).fill(0));
    expect(blocks.slice(-2).map((block) => [block.address.zone, block.address.block, ...new Set(block.bytes)])).toEqual(
      [
        ['otp', 0, 0xff],
        ['otp', 1, 0xff],
      ],
    );
    expect(crcInput).toHaveLength(1164);
    expect([...crcInput.subarray(0, 37)]).toEqual([...Array(36).fill(0x81), 0x82]);
    expect([...crcInput.subarray(-64)]).toEqual(Array(64).fill(0xff));
  });

  it('a public key that needs validation counts with nibble A, and is written as planned', () => {
    const content = new Uint8Array(72).fill(0x5b);
    const { blocks, crcInput } = fillBlocks(test508, new Map([[14, content]]), noRandom);
    const written = blocks.find(({ address }) => address.slot === 14 && address.block === 0);
    expect(written?.bytes[0]).toBe(0x5b);
    const at = crcInput.length - 64 - 72 - 72;
    expect([...crcInput.subarray(at, at + 2)]).toEqual([0xab, 0x5b]);
  });

  it('the published CRC: slots filled with 11 times their number, OTP FF (config-zone.md 6)', () => {
    // The page counts slot 14 as it was written; without KeyConfig.PubInfo there the chip changes nothing.
    const config = decodeConfig(patched(presetImage('library-test-508'), { 124: 0x30 }), 'ATECC508A');
    const planned = new Map(
      fillPlan(config)
        .blocks.filter((block) => block.zone === 'data')
        .map(({ slot }) => [slot, new Uint8Array(slotSize(slot)).fill((0x11 * slot) % 256)] as const),
    );
    const { crcInput } = fillBlocks(config, planned, noRandom);
    expect(crcInput).toHaveLength(1164);
    expect(crc16(crcInput)).toBe(0x5119);
    const zeros = new Map([...planned].map(([slot, bytes]) => [slot, new Uint8Array(bytes.length)] as const));
    expect(crc16(fillBlocks(config, zeros, noRandom).crcInput)).toBe(0x8209);
  });

  it('any image and plan: blocks and CRC input agree byte for byte', () => {
    const image = fc.uint8Array({ minLength: 128, maxLength: 128 });
    const content = fc.dictionary(
      fc.integer({ min: 0, max: 15 }).map(String),
      fc.uint8Array({ minLength: 0, maxLength: 36 }),
    );
    fc.assert(
      fc.property(image, content, fc.uint8Array({ maxLength: 64 }), (bytes, wanted, otp) => {
        const config = decodeConfig(bytes, 'ATECC608');
        const plan = fillPlan(config);
        const planned = new Map(
          Object.entries(wanted)
            .map(([slot, value]) => [Number(slot), value] as const)
            .filter(([slot]) => !plan.privateSlots.includes(slot)),
        );
        const random = countingRandom();
        const { blocks, crcInput } = fillBlocks(config, planned, random.draw, otp);
        expect(blocks.map((block) => block.address)).toEqual(plan.blocks);
        expect(blocks.every((block) => block.bytes.length === 32)).toBe(true);
        expect(crcInput).toHaveLength(plan.crcBytes);
        expect(random.calls).toHaveLength(plan.randomSlots.filter((slot) => !planned.has(slot)).length);
        let at = 0;
        for (const { address, bytes: written } of blocks) {
          const size = address.zone === 'otp' ? 64 : slotSize(address.slot);
          const take = Math.min(32, size - 32 * address.block);
          const keyConfig = config.slots[address.slot]?.keyConfig;
          const nibble =
            address.zone === 'data' && address.block === 0 && keyConfig?.pubInfo === true && keyConfig.keyType === 4;
          const expected = written.slice(0, take);
          if (nibble) expected[0] = 0xa0 | ((expected[0] ?? 0) & 0x0f);
          expect(crcInput.slice(at, at + take)).toEqual(expected);
          at += take;
        }
        expect(at).toBe(crcInput.length);
      }),
    );
  });

  it('what cannot be written is refused before anything is drawn', () => {
    const random = countingRandom();
    const refused = (planned: Map<number, Uint8Array>, otp?: Uint8Array): void => {
      expect(() => fillBlocks(default508, planned, random.draw, otp)).toThrow(SignetError);
    };
    refused(new Map([[0, new Uint8Array(32)]]));
    refused(new Map([[4, new Uint8Array(37)]]));
    refused(new Map([[16, new Uint8Array(1)]]));
    refused(new Map(), new Uint8Array(65));
    expect(random.calls).toEqual([]);
    expect(() => fillBlocks(default508, new Map(), () => new Uint8Array(1))).toThrow(RangeError);
  });

  it('an AES slot is no public key, whatever PubInfo says', () => {
    const config = decodeConfig(patched(presetImage('standard-tls-608'), slotPatch(13, 0x0f0f, 0x003a)), 'ATECC608');
    const { crcInput } = fillBlocks(config, new Map([[13, new Uint8Array(72).fill(0x11)]]), noRandom);
    expect(crcInput[crcInput.length - 64 - 3 * 72]).toBe(0x11);
  });
});
