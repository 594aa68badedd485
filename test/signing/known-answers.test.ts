import { expect, it } from 'vitest';
import { changePassword } from '../../src-main/signing/change-password.ts';
import { ChipSigner } from '../../src-main/signing/chip-signer.ts';
import { definitionSource } from '../../src-main/signing/definitions.ts';
import { setUpModule } from '../../src-main/signing/setup.ts';
import { createBoard, createSignerStick } from '../../src-main/simulator/open-board.ts';
import { fromHex, toHex } from '../../src-shared/base/bytes.ts';
import { MemoryDelays, now, password, seeded, setUpOptions, signerRequest, takeForSetUp, testRoot } from './rig.ts';

/** The worked numbers of signer-and-server.md 6.4, 6.6 and 6.8, as packets of a whole stick. */
const serialNumber = fromHex('01231E6CD82CA571EE');
const salt = Uint8Array.from({ length: 16 }, (_, i) => i);
const randOut = Uint8Array.from({ length: 32 }, (_, i) => 0x20 + i);
const numIn = Uint8Array.from({ length: 20 }, (_, i) => i);
const otherData = Uint8Array.from({ length: 13 }, (_, i) => 0xa0 + i);

/** NumIn and OtherData of the worked examples. */
const hostRandom = (count: number): Uint8Array => {
  if (count === 20) return numIn.slice();
  if (count === 13) return otherData.slice();
  throw new RangeError(`${count} bytes`);
};

it('proof of the password and both steps of its change, byte for byte', async () => {
  const root = testRoot();
  const others = seeded('set-up');
  const blank = createBoard({
    kit: { dialect: 'legacy', name: 'AT88CKECCSIGNER' },
    chips: [{ part: '508A', serialNumber }],
  });
  const made = await setUpModule(signerRequest(root), {
    ...setUpOptions(await takeForSetUp(blank)),
    passwords: [password('Line 7 café')],
    minimumPasswordCharacters: 11,
    kdf: { algorithm: 1, log2N: 15, r: 8, p: 1 },
    random: (count) => (count === 16 ? salt.slice() : others(count)),
  });
  if (!made.ok) throw new Error(JSON.stringify(made.failure));

  const packets: Uint8Array[] = [];
  const board = createSignerStick(blank.state(), {
    random: { bytes: (count) => randOut.slice(0, count) },
    trace: (event) => {
      if (event.kind === 'packet') packets.push(event.bytes);
    },
  });
  /** Data of the n-th packet of an opcode: what lies between P2 and CRC. */
  const dataOf = (opcode: number, n: number): string => {
    const packet = packets.filter((bytes) => bytes[1] === opcode)[n];
    return packet === undefined ? '' : toHex(packet.slice(5, -2)).toLowerCase();
  };
  const headOf = (opcode: number, n: number): string =>
    toHex(packets.filter((bytes) => bytes[1] === opcode)[n]?.slice(1, 5) ?? new Uint8Array(0));

  const lease = await takeForSetUp(board);
  const module = new ChipSigner(lease, {
    definitions: definitionSource(),
    trustsRoot: () => true,
    now,
    delays: new MemoryDelays(),
    random: hostRandom,
  });
  await module.probe();
  packets.length = 0;
  expect((await module.unlock([password('Line 7 café')])).ok).toBe(true);
  expect(dataOf(0x16, 0)).toBe(toHex(numIn).toLowerCase());
  expect(headOf(0x28, 0)).toBe('28010400');
  expect(dataOf(0x28, 0)).toBe(
    `${'00'.repeat(32)}28771c69922e350e7f8b44af4dd9261236f92666726d706f542456a8a498de46${toHex(otherData).toLowerCase()}`,
  );

  packets.length = 0;
  const changed = await changePassword(
    lease,
    { oldPasswords: [password('Line 7 café')], newPasswords: [password('new-pass-2026')] },
    {
      now,
      random: hostRandom,
      delays: new MemoryDelays(),
      book: { passwordChangeBegun: () => false, setPasswordChange: () => Promise.resolve() },
    },
  );
  expect(changed).toEqual({ ok: true, value: { recovered: false } });
  expect(headOf(0x15, 0)).toBe('15020400');
  expect(dataOf(0x15, 0)).toBe('15020400');
  expect(headOf(0x12, 0)).toBe('12C22800');
  expect(dataOf(0x12, 0)).toBe(
    '905b92965e2c262eafd8599c8b7edc813863c28aee2029c73f63663c640dd9b9846ba7c171bba312a31a1e55abf05c24f0574c6b82edb1d26e347d6e40b8eb77',
  );
  expect(headOf(0x15, 1)).toBe('15020500');
  expect(dataOf(0x15, 1)).toBe('15020500');
  expect(headOf(0x12, 1)).toBe('12C22000');
  expect(dataOf(0x12, 1)).toBe(
    '7a6f85c12e0b0541148d90a453597840b6954dfa2b02dfbfcfae7537ca5f470cc83dc52fc1f38a86a4cd692ae5337232c41a35da309b7dec3c3a54908fd51b07',
  );
});
