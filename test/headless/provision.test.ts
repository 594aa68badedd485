import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultImage } from '../../src-shared/atecc/config/index.ts';
import { toHex } from '../../src-shared/base/bytes.ts';
import { signet } from './processes.ts';
import { certificatesIn, derOf, publicKeyIn, verifiedByOpenSsl } from './stranger.ts';
import { chipsIn, dialects, type Place, parts, stageLines, Workplace } from './workplace.ts';

/**
 * One board, end to end, as its user has it: signer module, server, board and client are processes of their own, joined by TCP. Part
 * and kit dialect are parameters; dialogue, events, log, archive, records and the chip's content are held against each other.
 */
describe('provision', () => {
  const place = new Workplace();
  let server: Place;

  beforeAll(async () => {
    server = (await place.line()).server;
  }, 120_000);
  afterAll(() => place.close());

  const combinations = parts.flatMap((part) => dialects.map((dialect) => ({ part, dialect })));

  it.each(combinations)('an ATECC$part behind a $dialect kit', async ({ part, dialect }) => {
    const name = `board-${part}-${dialect}`;
    const board = await place.board(name, ['--part', part, '--dialect', dialect]);
    const [serial = ''] = (await board.process.said(/[0-9A-F]{18}/)).slice(0, 1);
    const rowsBefore = place.log().length;

    const first = await signet(place.provisionArguments(server, board, ['--yes', '--count', '1']));
    expect(first.err).toBe('');
    expect(first.out).toBe(
      `Reading provisioning config file ${place.certinfo()}...ok\n` +
        `Connecting to 127.0.0.1:${server.port}...ok\n` +
        'Waiting for board to be connected...ok\n' +
        `Device SN: ${serial}\n` +
        stageLines() +
        'Provisioning successful! Please remove board\n',
    );
    expect(first.code).toBe(0);

    // The chip: locked, and what lies in it is what was issued.
    const [chip] = await chipsIn(place.at(`${name}.json`));
    if (chip === undefined) throw new Error('no chip');
    expect([chip.configLocked, chip.dataLocked]).toEqual([true, true]);
    const image = defaultImage(part === '508' ? 'ATECC508A' : 'ATECC608');
    expect(toHex(chip.config.subarray(16, 52))).toBe(toHex(image.subarray(16, 52)));
    expect(toHex(chip.config.subarray(90))).toBe(toHex(image.subarray(90)));
    expect(chip.keyValid[0]).toBe(true);

    // The log: one row for this chip, signed, by the signer that is there.
    const rows = place.log().slice(rowsBefore);
    const [row, ...others] = rows;
    expect(others).toEqual([]);
    expect(row).toMatchObject({
      result: 'SIGNED',
      device_sn: serial,
      station: 'command line',
      station_auth: 'claimed',
    });

    // The archive: DER and PEM of one certificate, which OpenSSL takes for what it is.
    const folder = place.at('data', 'certs', serial);
    const files = readdirSync(folder).sort();
    expect(files).toEqual([`device-${row?.['cert_serial']}.der`, `device-${row?.['cert_serial']}.pem`]);
    const pem = readFileSync(place.at('data', 'certs', serial, files[1] ?? ''), 'utf8');
    verifiedByOpenSsl({ folder: place.folder, chain: pem, root: place.root() });
    const [device = '', signer = ''] = certificatesIn(pem);
    expect(publicKeyIn(device)).toBe(row?.['device_public_key']);
    expect(derOf(device)).toEqual(readFileSync(place.at('data', 'certs', serial, files[0] ?? '')));

    // Slot 10 and 12 hold the signatures of exactly these certificates, slot 11 the signer's key (padded form).
    const signerKey = publicKeyIn(signer);
    expect(toHex(chip.slots[11]?.subarray(0, 72) ?? new Uint8Array())).toBe(
      `00000000${signerKey.slice(0, 64)}00000000${signerKey.slice(64)}`,
    );
    for (const [slot, certificate] of [
      [10, device],
      [12, signer],
    ] as const) {
      expect(derOf(certificate).toString('hex')).toContain(integerOf(chip.slots[slot]?.subarray(0, 32)));
      expect(derOf(certificate).toString('hex')).toContain(integerOf(chip.slots[slot]?.subarray(32, 64)));
    }

    // The run record agrees with all of it, and the server has it, too.
    const record = place.records().find((run) => run.serialNumber === serial);
    expect(record).toMatchObject({ outcome: { kind: 'PASS' }, foundState: 'new', reissued: false, lockedSlots: [] });
    expect(record?.publicKey).toBe(row?.['device_public_key']);
    expect(record?.certificateSerial).toBe(row?.['cert_serial']);
    expect(record?.configZone).toBe(toHex(chip.config).slice(0, 172) + record?.configZone.slice(172));
    expect(readdirSync(place.at('runs', 'reports'))).toEqual([]);
    await server.process.said(new RegExp(`Run of ${serial} at command line: PASS\\.`));

    // The next product in the same fixture is another board; now as events.
    board.process.kill('SIGUSR2');
    const [, next = ''] = await board.process.said(/Next product: ([0-9A-F]{18})/);
    expect(next).not.toBe(serial);
    const second = await signet(
      place.provisionArguments(server, board, ['--yes', '--count', '1', '--json', '--lock-slots', '0,10,11,12']),
    );
    expect([second.code, second.err]).toEqual([0, '']);
    const events = second.out
      .trim()
      .split('\n')
      .map((line): Readonly<Record<string, unknown>> => JSON.parse(line));
    expect(events.slice(0, 4)).toEqual([
      { event: 'reading', file: place.certinfo() },
      { event: 'connecting', server: `127.0.0.1:${server.port}` },
      { event: 'waiting' },
      { event: 'board', serialNumbers: [next] },
    ]);
    const told = events.filter(({ event }) => event === 'stage').map(({ stage, status }) => `${stage} ${status}`);
    expect(told).toEqual(
      [
        'CONFIG_WRITE',
        'CONFIG_LOCK',
        'CONFIG_READ',
        'GEN_KEY',
        'CERTS_REQUEST',
        'CERTS_WRITE',
        'DATA_WRITE',
        'DATA_LOCK',
        'SLOTS_LOCK',
        'VALIDATE_CERTS',
      ].flatMap((stage) => [`${stage} START`, `${stage} DONE`]),
    );
    expect(events.slice(-2).map(({ event }) => event)).toEqual(['result', 'passed']);
    const [locked] = await chipsIn(place.at(`${name}.json`));
    // Slots 0, 10, 11 and 12 are locked one by one: their bits in bytes 88 and 89 are 0.
    expect([locked?.config[88], locked?.config[89]]).toEqual([0xfe, 0xe3]);

    await board.process.stop();
  });

  it('leaves a log whose chain is whole, and says so', async () => {
    const verified = await signet(['log', 'verify', place.at('data')]);
    expect(verified.out).toContain('The chain is whole.');
    expect(verified.code).toBe(0);
  });
});

/** A number of a signature as DER writes it: without leading zeros, with one where its first bit is set; lower-case hex. */
function integerOf(bytes: Uint8Array | undefined): string {
  const hex = toHex(bytes ?? new Uint8Array()).toLowerCase();
  const short = hex.replace(/^(?:00)+/, '');
  return Number.parseInt(short.slice(0, 2), 16) >= 0x80 ? `00${short}` : short;
}
