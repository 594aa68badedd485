import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FaultAction } from '../../src-main/simulator/faults/fault.ts';
import { toHex } from '../../src-shared/base/bytes.ts';
import { errorCodes } from '../../src-shared/base/error-codes.ts';
import { clientProgram } from './client-program.ts';
import { type Factory, openFactory, planFor } from './factory.ts';
import { Product, powerCut } from './product.ts';

/** Bad days of chip, bus and power, against one server that goes on. */
let factory: Factory;
beforeAll(async () => {
  factory = await openFactory();
});
afterAll(() => factory.close());

let products = 0;
function newSerialNumber(): Uint8Array {
  products += 1;
  return Uint8Array.from([0x01, 0x23, 0x51, 0x16, 0x4e, products >> 8, products & 0xff, 0x07, 0xee]);
}

const GENKEY = 0x40;
const LOCK = 0x17;
const WRITE = 0x12;
const VERIFY = 0x45;

/** Runs until the product is finished, as a product that starts again and again would; gives the codes. */
async function finish(product: Product): Promise<readonly (number | undefined)[]> {
  const codes: (number | undefined)[] = [];
  for (let i = 0; i < 3 && codes.at(-1) !== 0; i += 1) {
    const run = await product.run(factory.program, factory.server);
    codes.push(run.code);
    if (run.code === errorCodes.ALREADY_PROVISIONED) {
      codes.push((await product.run(factory.program, factory.server, ['--validate-only'])).code);
    }
  }
  return codes;
}

/** Finished, right in the eyes of the station, with one certificate, and no board's key certified twice. */
async function expectFinished(product: Product): Promise<void> {
  const { world } = factory;
  const judged = await world.run(product.board(), { action: 'validate' });
  expect(judged.record.outcome).toEqual({ kind: 'PASS' });
  expect(world.records.archive.bySerialNumber(toHex(product.chip.serialNumber))).toHaveLength(1);
}

describe('power that goes in the middle of a run', () => {
  const places: readonly [string, { opcode: number; p1?: number }, number, FaultAction][] = [
    ['before the first write of the configuration', { opcode: WRITE }, 1, powerCut('before')],
    ['while a block of the configuration is written', { opcode: WRITE }, 5, powerCut('during', { newWords: 0x25 })],
    ['while the configuration is locked, not done', { opcode: LOCK }, 1, powerCut('during', { newWords: 0 })],
    ['while the configuration is locked, done', { opcode: LOCK }, 1, powerCut('during', { newWords: 1 })],
    ['while the key is made, garbage', { opcode: GENKEY }, 1, powerCut('during', { key: 'garbage-invalid' })],
    [
      'while the key is made, garbage that passes for a key',
      { opcode: GENKEY },
      1,
      powerCut('during', { key: 'garbage-valid' }),
    ],
    ['when the key was made', { opcode: GENKEY }, 1, powerCut('after')],
    ['while the certificates are verified', { opcode: VERIFY }, 2, powerCut('before')],
    ['while a certificate is written', { opcode: WRITE }, 15, powerCut('during', { newWords: 0x0f })],
    ['while data is written', { opcode: WRITE }, 40, powerCut('during', { newWords: 0x81 })],
    ['while the data zone is locked, not done', { opcode: LOCK }, 2, powerCut('during', { newWords: 0 })],
    ['when the data zone was locked', { opcode: LOCK }, 2, powerCut('after')],
    ['over the challenge', { opcode: VERIFY }, 5, powerCut('before')],
  ];

  it.each(places)('%s', async (_, filter, from, action) => {
    const product = new Product({ serialNumber: newSerialNumber() });
    const cut = await product.run(factory.program, factory.server, [], [{ filter, from, action }]);
    expect(cut.status).toBe(3);
    expect((await finish(product)).at(-1)).toBe(0);
    await expectFinished(product);
  });
});

describe('a bus on which answers are lost', () => {
  it.each([
    ['a read that is not acknowledged', { opcode: 0x02 }, 9, { do: 'nack' }],
    ['an answer spoilt once', { opcode: 0x02 }, 3, { do: 'corrupt-answer', byte: 5, xor: 0x10, reads: 1 }],
    ['a key whose answer is lost', { opcode: GENKEY }, 1, { do: 'drop-answer' }],
    [
      'a key whose answer is damaged for good',
      { opcode: GENKEY },
      1,
      { do: 'corrupt-answer', byte: 7, xor: 1, reads: 9 },
    ],
    ['a command that the chip never got', { opcode: LOCK }, 1, { do: 'drop-command' }],
    ['a lock whose answer is lost', { opcode: LOCK }, 1, { do: 'drop-answer' }],
    ['a lock that reached the chip twice', { opcode: LOCK }, 1, { do: 'duplicate' }],
    ['the data lock, its answer lost', { opcode: LOCK }, 2, { do: 'drop-answer' }],
    ['a command damaged on its way', { opcode: WRITE }, 20, { do: 'corrupt-command', byte: 9, xor: 0x40 }],
    ['a chip slower than its data sheet', { opcode: 0x41 }, 1, { do: 'delay', ms: 8 }],
    ['a watchdog that ends a write', { opcode: WRITE }, 30, { do: 'watchdog', side: 'after' }],
    ['a watchdog between digest and signature', { opcode: 0x41 }, 1, { do: 'watchdog', side: 'before' }],
    [
      'a chip that loses its power alone',
      { opcode: WRITE },
      33,
      { do: 'power-cut', when: 'after', scope: 'chip', back: { kind: 'at-once' }, torn: {} },
    ],
  ] satisfies readonly [string, { opcode: number }, number, FaultAction][])('%s', async (_, filter, from, action) => {
    const product = new Product({ serialNumber: newSerialNumber() });
    const run = await product.run(factory.program, factory.server, [], [{ filter, from, action }]);
    expect(run).toMatchObject({ code: 0, stage: 0 });
    await expectFinished(product);
  });

  it('a data lock that stays in doubt is settled by the next run', async () => {
    const product = new Product({ serialNumber: newSerialNumber() });
    const run = await product.run(
      factory.program,
      factory.server,
      [],
      [{ filter: { opcode: LOCK }, from: 2, times: 2, action: { do: 'drop-command' } }],
    );
    expect(run).toMatchObject({ code: errorCodes.CHIP_UNCLEAR, stage: 8 });
    expect(await finish(product)).toEqual([0]);
    await expectFinished(product);
  });
});

describe('chips that are not what they should be', () => {
  it('a key that somebody planted is replaced', async () => {
    const product = new Product({ serialNumber: newSerialNumber() });
    await product.run(
      factory.program,
      factory.server,
      [],
      [{ filter: { opcode: GENKEY }, from: 1, action: powerCut('before') }],
    );
    // Before the data lock anybody can write a private key in clear.
    expect(product.chip.wake()).toBeDefined();
    const planted = Uint8Array.from([0, 0, 0, 0, ...Array.from({ length: 32 }, (_, i) => i + 1)]);
    product.chip.command(packet(0x46, 0, 0, planted));
    product.chip.powerCycle();
    const before = product.chip.inspect().slots[0];
    expect((await product.run(factory.program, factory.server)).code).toBe(0);
    expect(toHex(product.chip.inspect().slots[0] ?? new Uint8Array(0))).not.toBe(toHex(before ?? new Uint8Array(0)));
    await expectFinished(product);
  });

  it('another configuration that is locked is left alone', async () => {
    const chip = new Product({ serialNumber: newSerialNumber() });
    chip.chip.wake();
    chip.chip.command(packet(LOCK, 0x80, 0, new Uint8Array(0)));
    chip.chip.powerCycle();
    const before = toHex(chip.chip.inspect().config);
    const run = await chip.run(factory.program, factory.server);
    expect(run).toMatchObject({ code: errorCodes.FOREIGN_CONFIG, stage: 0, stages: [] });
    expect(toHex(chip.chip.inspect().config)).toBe(before);
  });

  it.each([
    // Says yes to a wrong signature as well; answers 00 where a revision should be; the server refuses its proof.
    ['yes-sayer', errorCodes.POSSESSION_NOT_PROVEN, 10],
    ['answers-00', errorCodes.CHIP_UNCLEAR, 0],
    ['wrong-signature', errorCodes.POP_INVALID, 5],
  ] as const)('%s is found out', async (defect, code, stage) => {
    const product = new Product({ serialNumber: newSerialNumber(), defect });
    expect(await product.run(factory.program, factory.server)).toMatchObject({ code, stage });
  });

  it('a bit that turns after the lock is found by validation', async () => {
    const product = new Product({ serialNumber: newSerialNumber() });
    expect((await product.run(factory.program, factory.server)).code).toBe(0);
    product.chip.rot('data', 10, 17, 0x04);
    const run = await product.run(factory.program, factory.server, ['--validate-only']);
    expect(run).toMatchObject({ code: errorCodes.CERTIFICATE_WRONG, stage: 10 });
  });

  it('a part for which nothing was compiled in is refused untouched', async () => {
    const only508 = clientProgram({ ...planFor(factory.world.signer), image608: undefined });
    const product = new Product({ part: '608B', serialNumber: newSerialNumber() });
    const run = await product.run(only508, factory.server);
    expect(run).toMatchObject({ code: errorCodes.WRONG_PART, stage: 0, stages: [] });
    expect(product.chip.counters.eepromWrites).toBe(0);
    expect((await product.run(factory.program, factory.server)).code).toBe(0);
    await expectFinished(product);
  });

  it('an image of the other part is refused untouched', async () => {
    const swapped = planFor(factory.world.signer);
    const wrong = clientProgram({ ...swapped, image608: swapped.image508a, image508a: swapped.image608 });
    for (const part of ['508A', '608A'] as const) {
      const product = new Product({ part, serialNumber: newSerialNumber() });
      const run = await product.run(wrong, factory.server);
      expect(run).toMatchObject({ code: errorCodes.IMAGE_UNFIT, stage: 0, stages: [] });
      expect(product.chip.counters.eepromWrites).toBe(0);
    }
  });
});

/** A command packet with its CRC. */
function packet(opcode: number, p1: number, p2: number, data: Uint8Array): Uint8Array {
  const bytes = Uint8Array.from([7 + data.length, opcode, p1, p2 & 0xff, p2 >> 8, ...data]);
  let crc = 0;
  for (const byte of bytes) {
    for (let bit = 0; bit < 8; bit += 1) {
      const differs = ((byte >> bit) & 1) !== crc >> 15;
      crc = (crc << 1) & 0xffff;
      if (differs) crc ^= 0x8005;
    }
  }
  return Uint8Array.from([...bytes, crc & 0xff, crc >> 8]);
}
