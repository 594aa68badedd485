import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat, fromHex, toHex } from '../../src-shared/base/bytes.ts';
import { packReports, unpackReport, withReportId } from '../../src-shared/kit/hid-reports.ts';
import { type KitRequest, lineBytes, writeRequest } from '../../src-shared/kit/requests.ts';

describe('request lines', () => {
  const packet = fromHex('0730000000035D');
  it.each<[KitRequest, string, string]>([
    [{ kind: 'firmware' }, 'b:f(00)\n', 'b:f(00)\n'],
    [{ kind: 'device', index: 7 }, 'board:device(07)\n', 'board:device(07)\n'],
    [{ kind: 'select', address: 0xc0 }, 'e:physical:select(C0)\n', 'ecc:physical:select(C0)\n'],
    [{ kind: 'interface', name: 'i2c' }, 'e:physical:interface:i2c\n', 'ecc:physical:interface:i2c\n'],
    [{ kind: 'wake' }, 'e:w()\n', 'ecc:wake()\n'],
    [{ kind: 'idle' }, 'e:i()\n', 'ecc:idle()\n'],
    [{ kind: 'sleep' }, 'e:s()\n', 'ecc:sleep()\n'],
    [{ kind: 'talk', packet }, 'e:t(0730000000035D)\n', 'ecc:talk(0730000000035D)\n'],
    [{ kind: 'auto-wrap', on: false }, 'e:a(00)\n', 'e:a(00)\n'],
    [{ kind: 'background-discovery', on: false }, 'b:di(00)\n', 'b:di(00)\n'],
    [{ kind: 'unknown-command' }, 'board:none(00)\n', 'board:none(00)\n'],
  ])('%o', (request, short, long) => {
    expect(writeRequest('legacy', request)).toBe(short);
    expect(writeRequest('d21', request)).toBe(short);
    expect(writeRequest('modern', request)).toBe(long);
  });

  it('the largest packet of a chip fits the modern host’s buffer of 512', () => {
    expect(writeRequest('modern', { kind: 'talk', packet: new Uint8Array(155) }).length).toBeLessThan(512);
  });

  it('refuses an address that is no byte', () => {
    expect(() => writeRequest('legacy', { kind: 'select', address: 256 })).toThrow(RangeError);
  });
});

describe('HID reports', () => {
  it('as on the protocol page', () => {
    const [report, ...more] = packReports(lineBytes('b:f(00)\n'));
    expect(more).toEqual([]);
    expect(toHex(report ?? new Uint8Array(0))).toBe(`623A66283030290A${'00'.repeat(56)}`);
    expect(toHex(withReportId(report ?? new Uint8Array(0)))).toBe(`00623A66283030290A${'00'.repeat(56)}`);
  });

  it('Verify of 135 bytes takes five', () => {
    const line = writeRequest('legacy', { kind: 'talk', packet: new Uint8Array(135) });
    expect(line).toHaveLength(276);
    expect(packReports(lineBytes(line))).toHaveLength(5);
  });

  it('come back as the message they were packed from, with and without report id', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 400, min: 1 }), fc.boolean(), (message, id) => {
        const reports = packReports(message).map((report) => unpackReport(id ? withReportId(report) : report));
        expect(concat(...reports)).toEqual(message);
      }),
    );
  });
});
