import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultImage, presetImage } from '../../src-shared/atecc/config/index.ts';
import { toHex } from '../../src-shared/base/bytes.ts';
import { type Ended, signet, start } from './processes.ts';
import { verifiedByOpenSsl } from './stranger.ts';
import { chipsIn, type Place, stageLines, Workplace } from './workplace.ts';

/** The demo, and the tools that look at files, plans and kits. */

const place = new Workplace();
let board: Place;
let serial = '';
let folder = '';

beforeAll(async () => {
  const { server } = await place.line();
  board = await place.board('board');
  const done = await signet(place.provisionArguments(server, board, ['--yes', '--count', '1']), { cwd: place.folder });
  serial = /Device SN: ([0-9A-F]{18})/.exec(done.out)?.[1] ?? '';
  folder = place.at('data', 'certs', serial);
});
afterAll(() => place.close());

const run = (...args: readonly string[]): Promise<Ended> => signet(args, { cwd: place.folder });

describe('demo', () => {
  it.each([
    ['508', []],
    ['608', []],
    ['508', ['--real-time']],
    ['608', ['--real-time']],
  ] as const)('ATECC%s %j: signer, server, board and client', async (part, options) => {
    const demo = place.at(`demo-${part}${options.join('')}`);
    const { code, out, err } = await run('demo', '--part', part, '--folder', demo, ...options);
    expect([code, err]).toEqual([0, '']);
    const time = '\\[\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d, info\\]';
    expect(out).toMatch(
      new RegExp(
        `${time} Server listening on 127\\.0\\.0\\.1:\\d+\\.\n[\\s\\S]*${time} (Signer \\([0-9A-F]{18}, Example ATECC508A Signer\\)) requires password\\.\n${time} \\1 password accepted, ready\\.\n`,
      ),
    );
    expect(out).toMatch(
      /Reading provisioning config file .*atcaprov_cert_info_0\.c\.\.\.ok\nConnecting to 127\.0\.0\.1:\d+\.\.\.ok\nWaiting for board to be connected\.\.\.ok\nDevice SN: [0-9A-F]{18}\n/,
    );
    expect(out.replace(/^\[.*\n/gm, '')).toContain(`${stageLines()}Provisioning successful! Please remove board\n`);
    expect(out).toContain(`Logs:         ${demo}/data/logs\nCertificates: ${demo}/data/certs\n`);
    expect(readdirSync(`${demo}/data/logs`).some((name) => name.startsWith('signing-'))).toBe(true);
    const [device = ''] = readdirSync(`${demo}/data/certs`).filter((name) => name !== 'signers');
    const [pem = ''] = readdirSync(`${demo}/data/certs/${device}`).filter((name) => name.endsWith('.pem'));
    verifiedByOpenSsl({
      folder: place.folder,
      chain: readFileSync(`${demo}/data/certs/${device}/${pem}`, 'utf8'),
      root: `${demo}/signer-files/root_certificate.pem`,
    });
  });
});

describe('config', () => {
  it('show: every field of an image by name, from a file or by the name of a published one', async () => {
    writeFileSync(place.at('image.txt'), toHex(defaultImage('ATECC508A')));
    const shown = await run('config', 'show', 'image.txt');
    expect(shown.out).toContain('ATECC508A configuration zone');
    expect(shown.out).toMatch(/16 +I2C_Address +C0/);
    expect(shown.code).toBe(0);
    const unknown = await run('config', 'show', 'preset:nothing');
    expect(unknown.err).toMatch(/There is no published image "nothing"; known are .*factory-608b/);
    expect(unknown.code).toBe(2);
    const published = await run('config', 'show', 'preset:factory-608b', '--part', '608');
    expect(published.out).toContain('ATECC608 configuration zone');
    const source = await run('config', 'show', 'preset:factory-608b', '--c');
    expect(source.out).toMatch(/^#include <stdint\.h>\n[\s\S]*\nconst uint8_t g_image_608\[128\] = \{\n/);
    const bytes = [...source.out.matchAll(/0x([0-9a-f]{2})/g)].map(([, hex]) => hex).join('');
    expect(bytes.toUpperCase()).toBe(toHex(presetImage('factory-608b')));
  });

  it('lint: exit code 0 without errors, 1 with one, findings as JSON', async () => {
    expect((await run('config', 'lint', 'image.txt')).code).toBe(0);
    const broken = defaultImage('ATECC508A').slice();
    // The device key's slot is no private key any more.
    broken[96] = 0x3c;
    writeFileSync(place.at('broken.txt'), toHex(broken));
    const text = await run('config', 'lint', 'broken.txt');
    expect(text.out).toMatch(/^error device-key-not-private \(bytes [^)]*96-97\): /m);
    expect(text.code).toBe(1);
    const json: unknown = JSON.parse((await run('config', 'lint', 'broken.txt', '--json')).out);
    expect(json).toContainEqual(expect.objectContaining({ severity: 'error', id: 'device-key-not-private' }));
  });
});

describe('certinfo and cert', () => {
  it('certinfo show: what kind of signer it names, also of a plain pair of definitions', async () => {
    const shown = await run('certinfo', 'show', place.certinfo());
    expect(shown.out).toMatch(/Name: +Example ATECC508A Signer\n[\s\S]*Fingerprint: +matches\n/);
    const pair = await run(
      'certinfo',
      'show',
      place.at('signer-files', 'cert_def_1_signer.c'),
      place.at('signer-files', 'cert_def_2_device.c'),
    );
    const digest = (text: string): string => /Device definition: +([0-9A-F]{64})/.exec(text)?.[1] ?? '';
    expect(digest(pair.out)).toBe(digest(shown.out));
    const half = await run('certinfo', 'show', place.at('signer-files', 'cert_def_1_signer.c'));
    expect(half.err).toMatch(/cert_def_1_signer\.c: .*1 were found/);
    expect(half.code).toBe(2);
    // Somebody changed it after it was written.
    writeFileSync(
      place.at('edited.c'),
      readFileSync(place.certinfo(), 'utf8').replace('Example ATECC508A Signer"', 'Another"'),
    );
    expect((await run('certinfo', 'show', 'edited.c')).out).toMatch(/Fingerprint: +differs\n/);
  });

  it('cert show and cert verify agree with what was issued; a foreign root does not hold', async () => {
    const [pem = ''] = readdirSync(folder).filter((name) => name.endsWith('.pem'));
    const chain = `${folder}/${pem}`;
    const shown = await run('cert', 'show', chain);
    expect(shown.out).toMatch(/Subject: +O=Example Organization, CN=Example ATECC508A Device/);
    expect(shown.out).toContain(pem.slice('device-'.length, -'.pem'.length));
    const whole = await run('cert', 'verify', chain, place.root());
    expect(whole.out).toMatch(/The chain holds\.\n$/);
    expect(whole.code).toBe(0);
    const half = await run('cert', 'verify', chain);
    expect(half.out).toMatch(/is not among the files\nThe chain does NOT hold\.\n$/);
    expect(half.code).toBe(1);
    await place.createSigner('foreign', [], undefined);
    const foreign = await run('cert', 'verify', chain, place.root('foreign'));
    expect(foreign.out).toMatch(/NOT signed by|is not among the files/);
    expect(foreign.code).toBe(1);
    writeFileSync(place.at('no.pem'), 'no certificate\n');
    expect((await run('cert', 'show', 'no.pem')).code).toBe(2);
    expect((await run('cert', 'show', 'missing.pem')).code).toBe(2);
  });
});

describe('log verify', () => {
  it('finds a changed byte, a missing row in the middle, and rows missing at the end', async () => {
    const [log = ''] = readdirSync(place.at('data', 'logs')).filter((name) => name.startsWith('signing-'));
    const changes: readonly (readonly [string, (text: string) => string, RegExp])[] = [
      ['byte', (text) => text.replace(/SIGNED/, 'SIGNEd'), /line 3 was changed or damaged/],
      ['row', (text) => text.split('\n').toSpliced(1, 1).join('\n'), /where row 1 should be/],
      [
        'end',
        (text) => text.split('\n').toSpliced(2, 1).join('\n'),
        /1 row at the end missing: the record store knows 2/,
      ],
    ];
    for (const [name, change, says] of changes) {
      cpSync(place.at('data'), place.at(`data-${name}`), { recursive: true });
      const text = readFileSync(place.at('data', 'logs', log), 'utf8');
      expect(change(text)).not.toBe(text);
      writeFileSync(place.at(`data-${name}`, 'logs', log), change(text));
      const { out, code } = await run('log', 'verify', place.at(`data-${name}`));
      expect(out).toMatch(says);
      expect(out).toMatch(/The chain is NOT whole\.\n$/);
      expect(code).toBe(1);
    }
    expect((await run('log', 'verify', place.at('data'))).code).toBe(0);
    expect((await run('log', 'verify', place.at('nothing'))).code).toBe(2);
  });
});

describe('plan check', () => {
  const check = (...options: readonly string[]): Promise<Ended> =>
    run('plan', 'check', '--certinfo', place.certinfo(), ...options);

  it('without a chip: every packet of a run by stage, what cannot be undone marked, nothing sent', async () => {
    const { out, code } = await check();
    expect(code).toBe(0);
    expect(out).toMatch(/^chip: ATECC508A, factory-fresh\n 1 Writing config zone\n/);
    expect(out).toMatch(/\n {3}! lock the configuration zone with CRC [0-9A-F]{4} +071700/);
    expect(out.match(/\n {3}! lock/g)).toHaveLength(2);
    const json: unknown = JSON.parse((await check('--json', '--lock-slots', '0,10')).out);
    expect(json).toEqual([
      expect.objectContaining({
        part: 'ATECC508A',
        problems: [],
        packets: expect.any(Array),
        totalMs: expect.any(Number),
      }),
    ]);
  });

  it('says what would fail: slots that cannot be locked, a board that is done, a foreign configuration', async () => {
    const slots = await check('--lock-slots', '8');
    expect(slots.out).toMatch(/WOULD FAIL: /);
    expect(slots.code).toBe(1);
    const done = await check('--board', board.path);
    expect(done.out).toContain(`chip: ATECC508A ${serial}`);
    expect(done.out).toContain('WOULD FAIL: This board is provisioned already');
    expect(done.code).toBe(1);
    const image = defaultImage('ATECC508A').slice();
    image[26] = 0x0f;
    writeFileSync(place.at('other.txt'), toHex(image));
    const foreign = await check('--board', board.path, '--config', 'other.txt');
    expect(foreign.out).toMatch(/WOULD FAIL: The configuration of this chip is locked and is not the plan/);
    expect(foreign.code).toBe(1);
  });

  it('against a fresh chip: nothing is written to it, and what it lists is what a run sends', async () => {
    const fresh = await place.board('fresh');
    const { code } = await check('--board', fresh.path);
    expect(code).toBe(0);
    const [chip] = await chipsIn(place.at('fresh.json'));
    expect(chip?.configLocked).toBe(false);
    expect(toHex(chip?.config.subarray(20, 52) ?? new Uint8Array())).not.toBe(
      toHex(defaultImage('ATECC508A').subarray(20, 52)),
    );
    await fresh.process.stop();
  });
});

describe('simulate signer', () => {
  it('does not write over what is there, and needs a file to run', async () => {
    const again = await run('simulate', 'signer', '--create', 'signer.json', '--out', 'elsewhere', '--no-password');
    expect(again.err).toMatch(/^The file signer\.json exists already; nothing was set up\.\n$/);
    const into = await run('simulate', 'signer', '--create', 'new.json', '--out', 'signer-files', '--no-password');
    expect(into.err).toMatch(/atcaprov_cert_info_0\.c exists already; nothing was set up\.\n$/);
    const missing = await run('simulate', 'signer', '--listen', '127.0.0.1:0', '--state', 'nothing.json');
    expect(missing.err).toBe('The state file nothing.json does not exist.\n');
    expect([again.code, into.code, missing.code]).toEqual([2, 2, 2]);
    expect(existsSync(place.at('new.json'))).toBe(false);
    const unspoken = await run('simulate', 'signer', '--create', 'new.json', '--out', 'new');
    expect(unspoken.err).toContain('A password is needed: --password-fd N, or --no-password');
  });

  it('and the board: ports in use, files that are none', async () => {
    const port = await run('simulate', 'board', '--listen', board.path.slice(4), '--state', 'x.json');
    expect(port.err).toMatch(/^Cannot listen on 127\.0\.0\.1:\d+: another program has this port\.\n$/);
    expect(port.code).toBe(3);
    writeFileSync(place.at('none.json'), '{"format": "something else"}');
    const none = await run('simulate', 'board', '--listen', '127.0.0.1:0', '--state', 'none.json');
    expect(none.err).toMatch(/none\.json/);
    expect(none.code).toBe(2);
    const faults = await run(
      'simulate',
      'board',
      '--listen',
      '127.0.0.1:0',
      '--state',
      'y.json',
      '--faults',
      'none.json',
    );
    expect(faults.err).toMatch(/none\.json/);
    expect(faults.code).toBe(2);
  });
});

describe('output', () => {
  it('that nobody reads any more is no error', async () => {
    const child = start(['plan', 'check', '--certinfo', place.certinfo()], { cwd: place.folder });
    child.stopReading();
    const { code, err } = await child.ended();
    expect([code, err]).toEqual([0, '']);
  });

  it('kits: lists ports as text and as JSON', async () => {
    expect((await run('kits')).code).toBe(0);
    const json: unknown = JSON.parse((await run('kits', '--json')).out);
    expect(json).toEqual({ ports: expect.any(Array), health: expect.any(Array) });
  });
});
