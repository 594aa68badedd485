import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addressOfParam2,
  ask,
  type Command,
  configWrites,
  dataAddress,
  parsePacket,
  readBytes,
  readLockState,
  readPublicKey,
  readSlot,
  runProcedure,
  runProcedureAsync,
  sameConfig,
  signDigest,
  slotSize,
  slotWrites,
  statusPacket,
  writeBlockEncrypted,
  writeBytes,
  writeConfigForPlan,
  writeConfigZone,
  writePublicKey,
  type Zone,
  zoneOfCode,
  zoneSize,
} from '../../src-shared/atecc/index.ts';
import { buildResponse } from '../../src-shared/atecc/packet.ts';
import { fromHex, padRight, toHex } from '../../src-shared/base/bytes.ts';

const counting = (first: number, length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, index) => first + index);

/** The test configuration of config-zone.md 7.1. */
const image = fromHex(`
  01 23 00 00 00 00 50 00 04 05 06 07 EE 00 01 00  C0 00 55 00 8F 2F C4 44 87 20 C4 F4 8F 0F 8F 8F
  9F 8F 83 64 C4 44 C4 64 0F 0F 0F 0F 0F 0F 0F 0F  0F 0F 0F 0F FF FF FF FF 00 00 00 00 FF FF FF FF
  00 00 00 00 FF FF FF FF FF FF FF FF FF FF FF FF  FF FF FF FF 00 00 00 00 FF FF 00 00 00 00 00 00
  33 00 1C 00 13 00 1C 00 3C 00 1C 00 1C 00 33 00  1C 00 1C 00 3C 00 30 00 3C 00 3C 00 32 00 30 00`);

/** Memory that answers plain Reads and takes plain Writes, without any permission: enough to see that bytes go where they should. */
class Memory {
  readonly #bytes = new Map<string, Uint8Array>();
  readonly packets: string[] = [];

  of(zone: Zone, slot: number): Uint8Array {
    const name = `${zone} ${zone === 'data' ? slot : 0}`;
    const found = this.#bytes.get(name) ?? new Uint8Array(zoneSize(zone, slot) ?? 0);
    this.#bytes.set(name, found);
    return found;
  }

  readonly exchange = (command: Command<unknown>): Uint8Array => {
    this.packets.push(toHex(command.packet));
    const parts = parsePacket(command.packet);
    if (!parts.ok) throw new Error('damaged packet');
    const { param1, param2, data } = parts.value;
    const zone = zoneOfCode(param1);
    if (zone === undefined || (command.name !== 'Read' && command.name !== 'Write')) return statusPacket(0);
    const { slot, block, word } = addressOfParam2(zone, param2);
    const memory = this.of(zone, slot);
    const start = block * 32 + word * 4;
    if (command.name === 'Write') {
      memory.set(data.subarray(0, memory.length - start), start);
      return statusPacket(0);
    }
    const size = (param1 & 0x80) === 0 ? 4 : 32;
    return buildResponse(padRight(memory.slice(start, start + size), size));
  };
}

describe('configuration zone (config-zone.md 4)', () => {
  const thirteen = [
    '0B12000400C00055008C8F',
    '0B120005008F2FC4447A5D',
    '0B120006008720C4F45D91',
    '0B120007008F0F8F8F88B3',
    '27128008009F8F8364C444C4640F0F0F0F0F0F0F0F0F0F0F0FFFFFFFFF00000000FFFFFFFFB0AE',
    '0B1200100000000000AE8F',
    '0B12001100FFFFFFFF0C8F',
    '0B12001200FFFFFFFFC08F',
    '0B12001300FFFFFFFF4B0F',
    '0B12001400FFFFFFFFA68F',
    '0B12001600FFFF0000EC8F',
    '0B1200170000000000430F',
    '271280180033001C0013001C003C001C001C0033001C001C003C0030003C003C00320030004258',
  ];

  it('plan stage 1: 13 writes and nothing else', () => {
    const memory = new Memory();
    expect(runProcedure(writeConfigForPlan(image), memory.exchange).ok).toBe(true);
    expect(memory.packets).toEqual(thirteen);
  });

  it('writeConfigZone: the same and always both UpdateExtra', () => {
    const memory = new Memory();
    runProcedure(writeConfigZone(image), memory.exchange);
    expect(memory.packets).toHaveLength(15);
    expect(memory.packets.slice(13)).toEqual(['0720000000007D', '072001000003F7']);
  });

  it('never writes bytes 0..15 and 84..87, whatever the image says', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 128, maxLength: 128 }), (any) => {
        const memory = new Memory();
        runProcedure(writeConfigForPlan(any), memory.exchange);
        const expected = Uint8Array.from(any, (byte, at) => (at < 16 || (at >= 84 && at <= 87) ? 0 : byte));
        return toHex(memory.of('config', 0)) === toHex(expected);
      }),
    );
    expect(() => configWrites(new Uint8Array(127))).toThrow(RangeError);
  });

  it('comparison counts what does not change by itself', () => {
    const differs = (at: number): Uint8Array =>
      Uint8Array.from(image, (byte, index) => (index === at ? byte ^ 1 : byte));
    const counted508 = Array.from({ length: 128 }, (_, at) => at).filter(
      (at) => !sameConfig(image, differs(at), 'ATECC508A'),
    );
    const counted608 = Array.from({ length: 128 }, (_, at) => at).filter(
      (at) => !sameConfig(image, differs(at), 'ATECC608'),
    );
    expect([counted508[0], counted508[35], counted508[36], counted508.at(-1), counted508.length]).toEqual([
      16, 51, 90, 127, 74,
    ]);
    expect(counted608.filter((at) => !counted508.includes(at))).toEqual(
      Array.from({ length: 16 }, (_, index) => 68 + index),
    );
    expect(sameConfig(image, image.subarray(0, 127), 'ATECC508A')).toBe(false);
  });

  it('lock state', () => {
    const memory = new Memory();
    memory.of('config', 0).set(fromHex('01C05500'), 84);
    expect(runProcedure(readLockState(), memory.exchange)).toEqual({
      ok: true,
      value: { userExtra: 1, selector: 0xc0, dataLocked: false, configLocked: true },
    });
  });
});

describe('bytes of a slot', () => {
  const place = fc.tuple(fc.constantFrom<Zone>('data', 'otp'), fc.nat(15)).chain(([zone, slot]) => {
    const words = (zoneSize(zone, slot) ?? 0) / 4;
    return fc.tuple(fc.nat(words), fc.nat(words)).chain(([a, b]) => {
      const length = Math.abs(a - b) * 4;
      return fc.record({
        zone: fc.constant(zone),
        slot: fc.constant(slot),
        offset: fc.constant(Math.min(a, b) * 4),
        data: fc.uint8Array({ minLength: length, maxLength: length }),
      });
    });
  });

  it('are read as they were written', () => {
    fc.assert(
      fc.property(place, ({ zone, slot, offset, data }) => {
        const memory = new Memory();
        expect(runProcedure(writeBytes(zone, slot, offset, data), memory.exchange).ok).toBe(true);
        expect(runProcedure(readBytes(zone, slot, offset, data.length), memory.exchange)).toEqual({
          ok: true,
          value: data,
        });
      }),
    );
  });

  it('any part of them can be read', () => {
    fc.assert(
      fc.property(fc.nat(15), fc.nat(), fc.nat(), (slot, from, many) => {
        const memory = new Memory();
        const content = counting(slot, slotSize(slot));
        memory.of('data', slot).set(content);
        const offset = from % (content.length + 1);
        const length = many % (content.length - offset + 1);
        const read = runProcedure(readBytes('data', slot, offset, length), memory.exchange);
        expect(read).toEqual({ ok: true, value: content.slice(offset, offset + length) });
      }),
    );
  });

  it('a slot is filled in whole blocks and read back at its size', () => {
    for (const slot of [0, 8, 15]) {
      const memory = new Memory();
      const content = counting(3, slotSize(slot));
      for (const command of slotWrites(slot, content)) memory.exchange(command);
      expect(runProcedure(readSlot(slot), memory.exchange)).toEqual({ ok: true, value: content });
    }
    expect(() => slotWrites(0, new Uint8Array(37))).toThrow(RangeError);
  });

  it('a public key goes padded and comes back without pads', () => {
    const memory = new Memory();
    const publicKey = counting(1, 64);
    expect(runProcedure(writePublicKey(11, publicKey), memory.exchange).ok).toBe(true);
    expect(runProcedure(readPublicKey(11), memory.exchange)).toEqual({ ok: true, value: publicKey });
    expect(runProcedure(writePublicKey(7, publicKey), memory.exchange)).toMatchObject({
      ok: false,
      failure: { kind: 'illegal-parameters' },
    });
  });
});

describe('failures', () => {
  it('end a procedure at once and name the command', () => {
    const sent: string[] = [];
    const result = runProcedure(signDigest(0, new Uint8Array(32), 'ATECC508A'), (command) => {
      sent.push(command.name);
      return command.name === 'Random' ? buildResponse(new Uint8Array(32)) : statusPacket(0x0f);
    });
    expect(sent).toEqual(['Random', 'Nonce']);
    expect(result).toMatchObject({
      ok: false,
      failure: { kind: 'command', command: { name: 'Nonce' }, failure: { kind: 'status', status: 0x0f } },
    });
  });

  it('an impossible wish sends nothing', () => {
    const memory = new Memory();
    expect(runProcedure(readBytes('data', 16, 0, 4), memory.exchange).ok).toBe(false);
    expect(runProcedure(writeBytes('config', 0, 126, new Uint8Array(4)), memory.exchange).ok).toBe(false);
    expect(memory.packets).toEqual([]);
  });

  it('an encrypted write stops when GenDig is refused: no block is sent', () => {
    const names: string[] = [];
    const key = { key: counting(0x40, 32), keySlot: 4, numIn: counting(0, 20) };
    const result = runProcedure(writeBlockEncrypted(dataAddress(5, 0), counting(0, 32), key), (command) => {
      names.push(command.name);
      if (command.name === 'GenDig') return statusPacket(0x0f);
      return buildResponse(new Uint8Array(32));
    });
    expect(result.ok).toBe(false);
    expect(names).toEqual(['Read', 'Nonce', 'GenDig']);
  });

  it('a slow exchange gives the same', async () => {
    const memory = new Memory();
    memory.of('data', 9).set(counting(0, 72));
    const slow = async (command: Command<unknown>): Promise<Uint8Array> => memory.exchange(command);
    expect(await runProcedureAsync(readSlot(9), slow)).toEqual({ ok: true, value: counting(0, 72) });
    const [command] = slotWrites(9, new Uint8Array(4));
    if (command === undefined) throw new Error('no write');
    await expect(runProcedureAsync(ask(command), () => Promise.reject(new Error('cable')))).rejects.toThrow('cable');
  });
});
