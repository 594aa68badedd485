import { describe, expect, it } from 'vitest';
import { toHex } from '../../src-shared/base/bytes.ts';
import { dialectOf, isSignerOrRootName, kitNameOf } from '../../src-shared/kit/dialect.ts';
import { deviceOf, isEccDevice, withoutRepeats } from '../../src-shared/kit/discovery.ts';
import { allKitStatuses, kitStatus } from '../../src-shared/kit/kit-status.ts';
import { type KitMode, plainOutcome, talkOutcome, wakeOutcome } from '../../src-shared/kit/outcome.ts';
import { type KitReply, parseReply } from '../../src-shared/kit/reply.ts';
import { usbIdentities, usbIdentity } from '../../src-shared/kit/usb-identities.ts';

const legacy: KitMode = { dialect: 'legacy', wraps: true };
const unwrapped: KitMode = { dialect: 'legacy', wraps: false };
const d21: KitMode = { dialect: 'd21', wraps: true };
const modern: KitMode = { dialect: 'modern', wraps: true };

function reply(line: string): KitReply {
  const parsed = parseReply(line);
  if (!parsed.ok) throw new Error(line);
  return parsed.value;
}

function talk(mode: KitMode, line: string): string {
  const outcome = talkOutcome(mode, reply(line));
  return outcome.kind === 'answer' ? toHex(outcome.packet) : `${outcome.kind} ${outcome.kitStatus.toString(16)}`;
}

function wake(mode: KitMode, line: string): string {
  const outcome = wakeOutcome(mode, reply(line));
  return outcome.kind === 'awake' ? outcome.from : `${outcome.kind} ${outcome.kitStatus.toString(16)}`;
}

describe('what a reply to a talk means', () => {
  it.each([legacy, unwrapped, d21, modern])(
    'empty data and the wake token are no answer, whatever the status (%o)',
    (mode) => {
      expect(talk(mode, '00()')).toBe('no-answer 0');
      expect(talk(mode, '00(04113343)')).toBe('no-answer 0');
      expect(talk(mode, 'F0(04113343)')).toBe('no-answer f0');
      // any four bytes with status 11, a damaged CRC included
      expect(talk(mode, '00(0411FFFF)')).toBe('no-answer 0');
    },
  );

  it.each([legacy, d21, modern])('data is the answer, device error packets included (%o)', (mode) => {
    expect(talk(mode, '00(07000050000391)')).toBe('07000050000391');
    expect(talk(mode, '00(040F2342)')).toBe('040F2342');
  });

  it('a legacy kit prints the status of the closing idle beside good data', () => {
    expect(talk(legacy, 'F0(07000050000391)')).toBe('07000050000391');
  });

  it('a refused line has no answer, whatever stands in it', () => {
    for (const status of ['C0', 'C1', 'C3', 'C4', 'C5'])
      expect(talk(legacy, `${status}(07000050000391)`)).toMatch(/^kit-refused/);
    expect(talk(modern, 'FFFFFFE2()')).toBe('kit-refused e2');
  });

  it('E7 and E4 of a wrapping legacy kit come from the wake before the talk', () => {
    expect(talk(legacy, 'E7()')).toBe('no-wake e7');
    expect(talk(legacy, 'E4()')).toBe('no-wake e4');
    expect(talk(unwrapped, 'E7()')).toBe('no-answer e7');
    expect(talk(modern, 'FFFFFFE7()')).toBe('no-answer e7');
  });

  it.each([
    ['D1', '040100C3'],
    ['D2', '04038342'],
    ['D6', '0405C343'],
    ['D7', '040740C2'],
    ['FA', '040860C0'],
    ['F4', '040F2342'],
    ['D4', '04FF0142'],
  ])('the modern host’s %s stands for the device status packet %s', (status, packet) => {
    expect(talk(modern, `FFFFFF${status}()`)).toBe(packet);
    expect(talk(modern, `${status}()`)).toBe(packet);
    expect(talk(d21, `FFFFFF${status}()`)).toBe(packet);
    expect(talk(unwrapped, `${status}()`)).toBe(`no-answer ${status.toLowerCase()}`);
  });

  it('F3 is status 11, so no answer; D0 is no wake; everything else is unknown', () => {
    expect(talk(modern, 'FFFFFFF3()')).toBe('no-answer f3');
    expect(talk(modern, 'FFFFFFD0()')).toBe('no-wake d0');
    for (const status of ['D5', 'E0', 'E5', 'E6', 'EB', 'F0', 'F1', '9A']) {
      expect(talk(modern, `FFFFFF${status}()`)).toBe(`no-answer ${status.toLowerCase()}`);
    }
  });
});

describe('what a reply to a wake means', () => {
  it.each<[KitMode, string, string]>([
    [legacy, '00(04113343)', 'fixed'],
    [unwrapped, '00(04113343)', 'chip'],
    [modern, '00(04113343)', 'chip'],
    [d21, '00()', 'silent'],
    [d21, '00(04113343)', 'fixed'],
    [legacy, '00()', 'no-wake 0'],
    [unwrapped, 'E7()', 'no-wake e7'],
    [modern, 'FFFFFFD0()', 'no-wake d0'],
    [modern, 'FFFFFFD7()', 'self-test-failed'],
    [legacy, '00(040740C2)', 'self-test-failed'],
    [legacy, '00(0407C440)', 'self-test-failed'],
    [legacy, '00(04113344)', 'no-wake 0'],
    [legacy, 'C0()', 'kit-refused c0'],
  ])('%o %s: %s', (mode, line, expected) => {
    expect(wake(mode, line)).toBe(expected);
  });
});

describe('what a reply to idle, sleep and select means', () => {
  it('status 00 is done, whatever the data; everything else says why', () => {
    expect(plainOutcome(reply('00()'))).toEqual({ kind: 'done' });
    expect(plainOutcome(reply('00(00)'))).toEqual({ kind: 'done' });
    expect(plainOutcome(reply('F0()'))).toEqual({ kind: 'no-answer', kitStatus: 0xf0 });
    expect(plainOutcome(reply('C3()'))).toEqual({ kind: 'kit-refused', kitStatus: 0xc3 });
    expect(plainOutcome(reply('FFFFFFD0()'))).toEqual({ kind: 'no-wake', kitStatus: 0xd0 });
  });
});

describe('discovery', () => {
  it.each([
    ['ECC108 TWI 00(C0)', { index: 3, name: 'ECC108', bus: 'TWI', address: 0xc0 }],
    ['ECC608 SWI 00(00)', { index: 3, name: 'ECC608', bus: 'SWI', address: 0 }],
    ['ECC508A 00(6C)', { index: 3, name: 'ECC508A', bus: '', address: 0x6c }],
    ['no_device TWI 00(00)', undefined],
    ['no_device C5()', undefined],
    ['NO_DEVICE TWI 00(C0)', undefined],
    ['ECC108 TWI 00(00)', undefined],
    ['ECC108 TWI 00()', undefined],
    ['ECC108 TWI C5(C0)', undefined],
    ['00(C0)', undefined],
    ['FFFFFFE0()', undefined],
  ])('%s', (line, expected) => {
    expect(deviceOf(3, reply(line))).toEqual(expected);
  });

  it('keeps one per bus and address', () => {
    const at = (index: number, bus: string, address: number) => ({ index, name: 'ECC108', bus, address });
    const devices = [at(0, 'TWI', 0xc0), at(1, 'TWI', 0xc0), at(2, 'TWI', 0x6c), at(3, 'SWI', 0xc0)];
    expect(withoutRepeats(devices).map(({ index }) => index)).toEqual([0, 2, 3]);
  });

  it('ECC chips by the kit’s word', () => {
    const named = (name: string) => isEccDevice({ index: 0, name, bus: 'TWI', address: 0xc0 });
    expect(['ECC108', 'ECC508A', 'ecc608b', 'ATECC608'].map(named)).toEqual([true, true, true, true]);
    expect(['SHA204A', 'AES132', 'TA100', 'XECC'].map(named)).toEqual([false, false, false, false]);
  });
});

describe('who a kit is', () => {
  it('by its name and its switch', () => {
    const kit = (line: string) => kitNameOf(reply(line));
    expect(kit('AT88CKECCSIGNER 00(010005)')).toEqual({ name: 'AT88CKECCSIGNER', version: '1.0.5' });
    expect(kit('00(010005)')).toBeUndefined();
    expect(kit('C0()')).toBeUndefined();
    expect(dialectOf(kit('AT88CK590 00(010005)'), true)).toBe('legacy');
    expect(dialectOf(kit('AT88CK101STK 00(010005)'), false)).toBe('d21');
    expect(dialectOf(kit('AT88CK101STK 00(010005)'), true)).toBe('d21');
    expect(dialectOf(kit('CryptoAuthTrustPlatform 00(010000)'), false)).toBe('modern');
    expect(dialectOf(undefined, false)).toBe('modern');
  });

  it('signer and root by their long and short names', () => {
    expect(['AT88CKECCSIGNER', 'AT88CKECCROOT', 'ECCSIGN', 'ECCROOT', 'eccroot'].map(isSignerOrRootName)).toEqual(
      new Array(5).fill(true),
    );
    expect(['AT88CK590', 'ECC508A', 'AT88CKECCROOTS', ''].map(isSignerOrRootName)).toEqual(new Array(4).fill(false));
  });

  it('by its USB identity, per transport', () => {
    expect(usbIdentity(0x03eb, 0x2312, 'hid')?.kind).toBe('stick');
    expect(usbIdentity(0x03eb, 0x2312, 'serial')).toBeUndefined();
    expect(usbIdentity(0x04d8, 0x0f31, 'hid')?.name).toBe('AWS signer stick');
    const keys = usbIdentities.map((row) => `${row.vendorId}:${row.productId}:${row.transport}`);
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe('kit statuses', () => {
  it('each has one sentence of its own', () => {
    const rows = allKitStatuses();
    expect(new Set(rows.map(([, row]) => row.sentence)).size).toBe(rows.length);
    for (const [, row] of rows) expect(row.sentence).toMatch(/^[A-Z].*\.$/);
    expect(kitStatus(0x9a).sentence).toContain('9A');
  });

  it('those that eat a device status are the ones of the page', () => {
    const mapped = allKitStatuses().flatMap(([status, { deviceStatus }]) =>
      deviceStatus === undefined ? [] : [[status, deviceStatus]],
    );
    expect(mapped).toEqual([
      [0xd1, 0x01],
      [0xd2, 0x03],
      [0xd4, 0xff],
      [0xd6, 0x05],
      [0xd7, 0x07],
      [0xf3, 0x11],
      [0xf4, 0x0f],
      [0xfa, 0x08],
    ]);
  });
});
