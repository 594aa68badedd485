import { describe, expect, test } from 'vitest';
import { concat, count, fromHex, inSlot, KNOWN, op, secretKey, toHex, World, zeros } from './bench.ts';
import { vectors } from './vectors.ts';

const world = new World();

/** Sends the bytes of a page as they stand there. */
function raw(bench: { raw(packet: Uint8Array): Uint8Array }, packet: string): string {
  return toHex(bench.raw(fromHex(packet)));
}

const SUCCESS = '04000340';

describe('packets of atecc-device.md 2, 5 and 7, byte for byte', () => {
  test('wake answer, revisions of the three parts', () => {
    const bench = world.bench();
    bench.chip.sleep();
    expect(toHex(bench.chip.wake() ?? zeros(0))).toBe('04113343');
    expect(raw(bench, '07 30 00 00 00 03 5D')).toBe('07000050000391');
    expect(raw(world.bench({ part: '608A' }), '07 30 00 00 00 03 5D')).toBe('07000060028038');
    expect(raw(world.bench({ part: '608B' }), '07 30 00 00 00 03 5D')).toBe('070000600383BB');
  });

  test('status packets', () => {
    const bench = world.bench({ slots: { 0: { config: 0x2087, key: 0x0033 } } });
    expect(raw(bench, '07 30 00 00 00 03 5E')).toBe('04FF0142');
    expect(raw(bench, '07 41 80 00 00 28 05')).toBe('040F2342');
    expect(raw(bench, '07 99 00 00 00 03 5D')).toBe('04FF0142');
    bench.chip.arm({ eccFaults: 1 });
    expect(raw(bench, '07 40 04 00 00 83 87')).toBe('0405C343');
    expect(raw(bench, '07 20 00 00 00 00 7D')).toBe(SUCCESS);
    bench.illegal(op.info, 9, 0);
  });

  test('serial number by block and by words', () => {
    const bench = world.bench();
    expect(raw(bench, '07 02 80 00 00 09 AD').slice(2, 2 + 26)).toBe('01230304' + '00005000' + '05060708EE');
    expect(raw(bench, '07 02 00 00 00 1E 2D').slice(2, 10)).toBe('01230304');
    expect(raw(bench, '07 02 00 02 00 18 AD').slice(2, 10)).toBe('05060708');
    expect(raw(bench, '07 02 00 03 00 11 2D').slice(2, 4)).toBe('EE');
  });

  test('reads of the table in 7.4 are all understood', () => {
    const bench = world.bench();
    const packets = [
      '07 02 80 00 00 09 AD',
      '07 02 80 08 00 0A 4D',
      '07 02 80 10 00 0A 1D',
      '07 02 80 18 00 09 FD',
      '07 02 00 04 00 1D 6D',
      '07 02 00 15 00 17 5D',
      '07 02 00 16 00 18 5D',
      '07 02 82 50 00 0A 14',
      '07 02 82 50 01 09 97',
      '07 02 82 50 02 89 95',
      '07 02 02 50 02 9E 15',
      '07 02 02 51 02 97 95',
      '07 02 82 58 00 09 F4',
      '07 02 82 58 01 0A 77',
      '07 02 82 58 02 8A 75',
      '07 02 82 60 00 0A 3C',
      '07 02 82 60 01 09 BF',
      '07 02 82 60 02 89 BD',
      '07 02 82 40 0C A9 A4',
      '07 02 02 00 01 1E 2B',
      '07 02 81 00 00 0A 27',
      '07 02 81 08 00 09 C7',
    ];
    for (const packet of packets) {
      const whole = (fromHex(packet)[2] ?? 0) >= 0x80;
      expect(raw(bench, packet), packet).toHaveLength(whole ? 70 : 14);
    }
  });

  test('a short last block is padded with 00, slot 9 byte 52 is P2 014D', () => {
    const bench = world.bench({ slots: { 9: { content: count(1, 72) } } });
    expect(toHex(bench.ok(op.read, 0x82, 0x0248))).toBe(toHex(concat(count(65, 8), zeros(24))));
    expect(toHex(bench.ok(op.read, 2, 0x014d))).toBe('35363738');
  });

  test('slot locks of 7.6', () => {
    const packets = [
      '0717020000 2D88',
      '0717060000 AE0A',
      '07170A0000 6E09',
      '07170E0000 ED8B',
      '0717120000 8E08',
      '0717160000 0D8A',
      '07171A0000 CD89',
      '07171E0000 4E0B',
      '0717220000 7E08',
      '0717260000 FD8A',
      '07172A0000 3D89',
      '07172E0000 BE0B',
      '0717320000 DD88',
      '0717360000 5E0A',
      '07173A0000 9E09',
      '07173E0000 1D8B',
    ];
    const bench = world.bench();
    packets.forEach((packet, slot) => {
      expect(raw(bench, packet), `slot ${slot}`).toBe(SUCCESS);
      const bits = bench.chip.inspect().config.subarray(88, 90);
      expect(((bits[0] ?? 0) | ((bits[1] ?? 0) << 8)) & ((2 << slot) - 1)).toBe(0);
    });
  });

  test('GenKey, Nonce and Sign', () => {
    const bench = world.bench({ lock: 'config', slots: { 0: { config: 0x2087, key: 0x0033 } } });
    const made = raw(bench, '07 40 04 00 00 83 87');
    expect(made.startsWith('43')).toBe(true);
    expect(raw(bench, '07 40 00 00 00 00 05')).toBe(made);
    expect(raw(bench, `27 16 03 00 00 ${toHex(count(0, 32))} 04 EE`)).toBe(SUCCESS);
    expect(raw(bench, '07 41 80 00 00 28 05')).toHaveLength(134);
    const later = world.bench({ part: '608A', lock: 'config', slots: { 0: { config: 0x2087, key: 0x0033 } } });
    expect(raw(later, '07 40 04 00 00 83 87')).toHaveLength(134);
    expect(raw(later, `27 16 43 00 00 ${toHex(count(0, 32))} D7 6C`)).toBe(SUCCESS);
    expect(raw(later, '07 41 A0 00 00 7B 85')).toHaveLength(134);
  });

  test('SHA("abc"), UpdateExtra, Counter, SelfTest', () => {
    const bench = world.bench({ lock: 'config' });
    expect(raw(bench, '07 47 00 00 00 2E 85')).toBe(SUCCESS);
    const abc = raw(bench, '0A 47 02 03 00 61 62 63 70 53');
    expect(abc.slice(2, -4)).toBe('BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD');
    expect(raw(bench, '07 20 00 00 00 00 7D')).toBe(SUCCESS);
    expect(raw(bench, '07 20 01 00 00 03 F7')).toBe(SUCCESS);
    expect(raw(bench, '07 20 00 01 00 09 FD')).toBe(SUCCESS);
    expect(raw(bench, '07 20 01 C0 00 03 FD')).toBe(SUCCESS);
    expect(raw(bench, '07 24 00 00 00 0C FD').slice(2, 10)).toBe('00000000');
    expect(raw(world.bench({ part: '608A' }), '07 77 3B 00 00 9D FB')).toBe(SUCCESS);
  });
});

describe('worked numbers of 7.11, 7.12, 7.14 (key 40..5F in slot 4)', () => {
  const slots = { 4: { config: 0x0f8f, key: 0x003c, content: secretKey } };
  const script = [count(0xa0, 32)];

  test('MAC mode 00 over 80..9F, mode 41 over TempKey', () => {
    const bench = world.bench({ slots, script });
    expect(toHex(bench.ok(op.mac, 0, 4, count(0x80, 32)))).toBe(
      'CCFEA638B1D90175E3DDAB0EBBB4145E6E1A7C6BF4E1C7F3EC6EE06B4A3298CB',
    );
    bench.ok(op.nonce, 0, 0, count(0, 20));
    expect(toHex(bench.ok(op.mac, 0x41, 4))).toBe('C6EDE77938F2A978AA7D50DBEB8EEB3118D0A455BA1C6A6F6343E61CFB7D72F8');
  });

  test('CheckMac modes 01 and 00', () => {
    const bench = world.bench({ slots, script });
    bench.ok(op.nonce, 0, 0, count(0, 20));
    const response = 'E18E9BCFA6140E7CBDE212843C4C0040533EAE900D4A16F8582A0C193DFC3BA6';
    const otherData = `08400400${'00'.repeat(9)}`;
    expect(raw(bench, `54 28 01 04 00 ${'00'.repeat(32)} ${response} ${otherData} 37 94`)).toBe(SUCCESS);
    const second = fromHex('0D4846028D26332305AA154D73CAD3D42C4936051A1542ED05F55D907C374E99');
    bench.ok(op.checkMac, 0, 4, concat(count(0x80, 32), second, zeros(13)));
  });

  test('DeriveKey: parent 40..5F, target 9, with MAC', () => {
    const target = { config: 0xb48f, key: 0x001c };
    const bench = world.bench({ slots: { ...slots, 9: target }, script });
    bench.ok(op.nonce, 0, 0, count(0, 20));
    bench.ok(op.deriveKey, 0, 9, fromHex('FE9012E8BA838FBB2218548FA8DEECA5750742395B7B1150E50EF1DDFE0EDDE5'));
    expect(toHex(bench.chip.inspect().slots[9]?.slice(0, 32) ?? zeros(0))).toBe(
      '7C9C361D91642F0DDDFC29C3673E8FCBD0A2D6573ED24F955E58AE0310F720B8',
    );
  });

  test('internal signature message of 7.8', () => {
    const bench = world.bench({ slots: { 0: { config: 0x2087, key: 0x0033, privateKey: KNOWN.privateKey } } });
    bench.load(count(0, 32));
    bench.ok(op.genKey, 8, 0);
    expect(bench.ok(op.sign, 0, 0)).toHaveLength(64);
  });
});

describe('end to end, atecc-device.md 9', () => {
  const slots = {
    4: { config: 0x0f8f, key: 0x003c, content: secretKey },
    5: { config: 0x44c4, key: 0x001c },
    7: { config: 0x6483, key: 0x0033 },
  };
  const script = [count(0xa0, 32), count(0xa0, 32), count(0xa0, 32)];
  const nonce = `1B 16 00 00 00 ${toHex(count(0, 20))} 53 B5`;
  const genDig = '0B 15 02 04 00 15 02 04 00 D2 EC';
  const session = '2D5D23A45CA657F1AE137A94E4DBE38C54AB3FA7F5C605FFF5DCCCD9107A3CE7';

  test('Nonce, GenDig, encrypted Write, encrypted Read, encrypted PrivWrite', () => {
    const bench = world.bench({ slots, script });
    const tempKey = (): string => toHex(bench.chip.inspect().tempKey.value.slice(0, 32));
    expect(raw(bench, nonce)).toBe(`23${toHex(count(0xa0, 32))}5F57`);
    expect(tempKey()).toBe('BEE176F91B7F8D191759F8A596F2065D6805A5CF831563B7D512574EC54A3169');
    expect(raw(bench, genDig)).toBe(SUCCESS);
    expect(tempKey()).toBe(session);
    const cipher = '3D4C31B748B341E6B60A608FF8C6FD93748A1D84D1E323D8DDF5E6F23C5712C8';
    const mac = 'EEBC3213EA998B7BD76EE86503C03CEB861F621E200D718036F3A83A769B18F0';
    expect(raw(bench, `47 12 C2 28 00 ${cipher} ${mac} DE 04`)).toBe(SUCCESS);
    expect(toHex(bench.chip.inspect().slots[5]?.slice(0, 32) ?? zeros(0))).toBe(toHex(count(0x10, 32)));

    expect(raw(bench, nonce)).toBe(`23${toHex(count(0xa0, 32))}5F57`);
    expect(raw(bench, genDig)).toBe(SUCCESS);
    expect(raw(bench, '07 02 82 28 00 0A 50').slice(2, -4)).toBe(cipher);

    raw(bench, nonce);
    raw(bench, genDig);
    const key = '2D5D23A44CB745E2BA066C83FCC2F99748B621B8D5E727DCD1F9EAFE385316CC307C9D44';
    const keyMac = 'BED568D0E1EC62AB040AB401874B1F9BBA41CDB0C3FBA393C0176D0290173EBF';
    expect(raw(bench, `4B 46 40 07 00 ${key} ${keyMac} 30 34`)).toBe(SUCCESS);
    expect(toHex(bench.chip.inspect().slots[7]?.slice(4, 36) ?? zeros(0))).toBe(toHex(count(0x10, 32)));
  });

  test('public key of the PrivWrite check', () => {
    const bench = world.bench({ lock: 'config', slots });
    bench.ok(op.privWrite, 0, 7, concat(zeros(4), KNOWN.privateKey));
    expect(toHex(bench.ok(op.genKey, 0, 7))).toBe(
      '8F8D182BD819048582A9927EA0C56DEFB4159548E11CA5F7ABAC45BBCE76815B' +
        'E5C64FCD2FD12698544DE037951726666073046119AD5E11A90AA49773AEAC86',
    );
  });
});

describe('packets that the vendor library sends are no parse errors', () => {
  // What the pages say the part does not take, though the library would send it.
  const refusedOnPurpose: Readonly<Record<string, readonly string[]>> = {
    'OTP bits of MAC and CheckMac (7.11, 7.12)': [
      ...['mac-ATECC508A-7', 'mac-ATECC508A-8', 'mac-ATECC508A-9', 'checkmac-ATECC508A-4'],
      ...['mac-ATECC608-7', 'mac-ATECC608-8', 'mac-ATECC608-9'],
    ],
    'OTP bits of HMAC, and HMAC on a 608 (7.20)': [
      ...['hmac-ATECC508A-4', 'hmac-ATECC608-1', 'hmac-ATECC608-2', 'hmac-ATECC608-3', 'hmac-ATECC608-4'],
    ],
    'Info modes and P2 not in the table (7.1)': [
      ...['info-ATECC508A-5', 'info-ATECC608-5', 'info-ATECC608-6', 'info-ATECC608-8'],
    ],
    'UpdateExtra with a high byte (7.17)': ['updateextra-ATECC508A-5', 'updateextra-ATECC608-5'],
    'FFFF and MsgDigBuf on a 508A, a KDF target without meaning (7.7, 7.8, 7.19)': [
      ...['genkey-ATECC508A-9', 'sign-ATECC508A-4', 'kdf-ATECC608-5'],
    ],
  };
  const except = new Set(Object.values(refusedOnPurpose).flat());
  const commands = vectors('packets.json').filter(({ kind, out }) => kind === 'command' && out.has('packet'));
  const judged = commands.filter(({ name }) => !except.has(name));

  test.each(judged.map((vector) => [vector.name, vector] as const))('%s', (_, { given, out }) => {
    const part = given.text('devtype') === 'ATECC508A' ? '508A' : '608A';
    const bench = world.bench({ part, slots: { 11: { key: 0x0030, content: inSlot(KNOWN.publicKey) } } });
    const status = toHex(bench.raw(fromHex(out.text('packet'))));
    expect(['04038342', '04FF0142']).not.toContain(status);
  });

  test.each([...except])('%s is a parse error, as the pages say', (name) => {
    const vector = commands.find((candidate) => candidate.name === name);
    const part = vector?.given.text('devtype') === 'ATECC508A' ? '508A' : '608A';
    expect(toHex(world.bench({ part }).raw(fromHex(vector?.out.text('packet') ?? '')))).toBe('04038342');
  });

  test('most of them are judged', () => {
    expect(judged.length).toBeGreaterThan(250);
  });
});
