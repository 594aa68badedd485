import assert from 'node:assert/strict';
import type { KitOptions } from '../../src-main/simulator/kits/kit.ts';
import { toHex } from '../../src-shared/base/bytes.ts';
import { type Library, libraryStatus, number, out } from './library.ts';
import { type LineKind, openLine } from './lines.ts';
import type { Tally } from './tally.ts';

const lineKinds: readonly (readonly [string, LineKind])[] = [
  ['our simulated kit', { kind: 'simulated' }],
  ['the C kit host', { kind: 'firmware' }],
];

/** Kits that Microchip's client cannot use, because their devices are called ECC108 (kit-protocol.md 6, "modern client"). */
const unseen: readonly (readonly [string, KitOptions])[] = [
  ['a legacy stick', { dialect: 'legacy' }],
  ['a SAMD21 Xplained host', { dialect: 'd21' }],
];

/** What the library finds behind which kit, and how a chip's refusal reaches it. */
export async function discoverySuite(tally: Tally, library: Library): Promise<void> {
  for (const [name, kind] of lineKinds) {
    await tally.check(`two chips behind ${name}: each is found by its part and by its address`, async () => {
      const board = await openLine(kind, { part: 'ATECC508A', address: 0xc0 }, { part: 'ATECC608', address: 0x6a });
      try {
        for (const [chip, part, address] of [
          [board.chips[0], 'ATECC508A', 0],
          [board.chips[1], 'ATECC608', 0],
          [board.chips[0], 'ATECC508A', 0xc0],
          [board.chips[1], 'ATECC608', 0x6a],
        ] as const) {
          await library.open({ port: board.port, part, address });
          const serial = await library.bytes('atcab_read_serial_number', out(9));
          await library.close();
          assert.equal(toHex(serial), toHex(chip?.serialNumber ?? new Uint8Array(0)));
        }
      } finally {
        await board.close();
      }
    });
    await tally.check(`a chip's refusal behind ${name} is the library's execution error`, () => refusal(library, kind));
  }
  await tally.check("Microchip's own kit host is a kit to it", async () => {
    const board = await openLine({ kind: 'simulated', kit: { dialect: 'modern' } }, { part: 'ATECC608' });
    try {
      await library.open(board);
      assert.equal(toHex(await library.bytes('atcab_read_serial_number', out(9))), toHex(board.chip.serialNumber));
      await library.close();
    } finally {
      await board.close();
    }
  });
  for (const [name, kit] of unseen) {
    await tally.check(`${name} shows it no device`, async () => {
      const board = await openLine({ kind: 'simulated', kit }, { part: 'ATECC508A' });
      try {
        assert.notEqual(await library.tryOpen(board), libraryStatus.success);
        await library.close();
      } finally {
        await board.close();
      }
    });
  }
}

async function refusal(library: Library, kind: LineKind): Promise<void> {
  const board = await openLine(kind, { part: 'ATECC608' });
  try {
    await library.open(board);
    // No key can be made before the configuration is locked (atecc-device.md 7.7).
    const answer = await library.attempt('atcab_genkey', number(0), out(64));
    assert.equal(answer.status, libraryStatus.executionError);
    assert.equal(toHex(await library.bytes('atcab_read_serial_number', out(9))), toHex(board.chip.serialNumber));
    await library.close();
  } finally {
    await board.close();
  }
}
