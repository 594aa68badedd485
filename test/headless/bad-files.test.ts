import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultImage } from '../../src-shared/atecc/config/index.ts';
import { signet } from './processes.ts';
import { Workplace } from './workplace.ts';

/**
 * Files and options that are wrong: one clear sentence with the place, exit code 2, and nothing is touched. No server and no board is
 * there: all of this is known before anything is connected.
 */
const place = new Workplace();
let good = '';

beforeAll(async () => {
  await place.createSigner();
  good = readFileSync(place.certinfo(), 'utf8');
});
afterAll(() => place.close());

const put = (name: string, content: string | Uint8Array): string => {
  writeFileSync(place.at(name), content);
  return place.at(name);
};

/** `provision` without a server; whatever is wrong must be said before the server is asked for. */
const provision = (options: readonly string[]) =>
  signet(['provision', '--yes', '--count', '1', '--port', '1', '--runs', place.at('runs'), ...options], {
    cwd: place.folder,
  });

/** Line and column of a text in a file, both from 1. */
function placeOf(source: string, text: string): string {
  const before = source.slice(0, source.indexOf(text)).split('\n');
  return `${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
}

describe('certinfo', () => {
  const head = (file: string): string => `Reading provisioning config file ${file}...failed\n`;

  it('missing: says which path, the note’s default name included', async () => {
    const missing = await signet(['provision', '--yes', '--count', '1'], { cwd: place.folder });
    expect(missing.out).toBe(head('atcaprov_cert_info_0.c'));
    expect(missing.err).toBe('The provisioning config file atcaprov_cert_info_0.c does not exist.\n');
    expect(missing.code).toBe(2);
  });

  it('unreadable: a folder, a link in a circle', async () => {
    mkdirSync(place.at('folder.c'));
    const folder = await provision(['--certinfo', place.at('folder.c')]);
    expect(folder.err).toContain('is a folder, not a file.');
    symlinkSync('circle.c', place.at('circle.c'));
    const circle = await provision(['--certinfo', place.at('circle.c')]);
    expect(circle.err).toMatch(/cannot be read: ELOOP/);
    expect([folder.code, circle.code]).toEqual([2, 2]);
  });

  it('not UTF-8', async () => {
    const { err, code } = await provision([
      '--certinfo',
      put('latin1.c', Buffer.from(`/* f\xfcr */\n${good}`, 'latin1')),
    ]);
    expect(err).toContain('latin1.c is not UTF-8 text.');
    expect(code).toBe(2);
  });

  it('empty, or something else altogether', async () => {
    for (const content of ['', '/* nothing */\n', 'int answer = 42;\n']) {
      const { err, code } = await provision(['--certinfo', put('else.c', content)]);
      expect(err).toMatch(/else\.c(?::1:1)?: /);
      expect(code).toBe(2);
    }
  });

  it.each([0.25, 0.5, 0.75, 0.95])('truncated after %f of it', async (share) => {
    const cut = good.slice(0, Math.floor(good.length * share));
    const { err, code } = await provision(['--certinfo', put('cut.c', cut)]);
    expect(err).toMatch(/cut\.c/);
    // Where C was begun and not ended, the end of the file is named.
    if (share > 0.25) expect(err).toMatch(/cut\.c:\d+:\d+: .*the end of the file/);
    expect(code).toBe(2);
  });

  const outside: readonly (readonly [string, string, string, string])[] = [
    ['a function', '', 'int f(void) { return 1; }\n', 'functions are outside the subset'],
    ['an unknown member', '.chain_id', '.chain_idx', 'no member'],
    [
      'an unknown version',
      '.version                 = 1',
      '.version                 = 2',
      'this program knows version 1',
    ],
    ['a chain id out of range', '= 0,\n    .signer_template_id', '= 99,\n    .signer_template_id', '99'],
  ];
  it.each(outside)('outside the subset: %s, with line and column', async (_, before, after, says) => {
    const changed = before === '' ? good + after : good.replace(before, after);
    const { err, code } = await provision(['--certinfo', put('outside.c', changed)]);
    const [, line = '', column = ''] = /outside\.c:(\d+):(\d+): /.exec(err) ?? [];
    expect(err).toContain(says);
    const there = changed.split('\n')[Number(line) - 1] ?? '';
    expect(Number(column)).toBeLessThanOrEqual(there.length + 1);
    if (after.startsWith('.chain_idx')) expect(`${line}:${column}`).toBe(placeOf(changed, 'chain_idx'));
    expect(code).toBe(2);
  });

  it('a root key that is no point of the curve, a key id that is not the key’s', async () => {
    const key = /(0x[0-9a-f]{2}), 0x/.exec(good.slice(good.indexOf('ca_public_key[64] = {')))?.[1] ?? '';
    const at = good.indexOf(key, good.indexOf('ca_public_key[64] = {'));
    const other = `0x${((Number(key) + 1) & 0xff).toString(16).padStart(2, '0')}`;
    const changed = good.slice(0, at) + other + good.slice(at + 4);
    const { err, code } = await provision(['--certinfo', put('key.c', changed)]);
    // A changed byte is off the curve one time in two; where it is on it, the key id gives it away.
    expect(err).toMatch(/key\.c:\d+:\d+: (?:the CA public key is no point of P-256|signer_ca_key_id does not belong)/);
    expect(code).toBe(2);
  });

  it('definitions that are not those it names', async () => {
    const device = readFileSync(place.at('signer-files', 'cert_def_2_device.c'), 'utf8');
    const changed = put('device.c', device.replace(/\.expire_years\s*= \d+/, '.expire_years = 7'));
    const { err, code } = await provision([
      '--certinfo',
      place.certinfo(),
      '--device-definition',
      changed,
      '--signer-definition',
      place.at('signer-files', 'cert_def_1_signer.c'),
    ]);
    expect(err).toMatch(/device definition/);
    expect(code).toBe(2);
  });
});

describe('configuration image', () => {
  const bytes = Array.from(defaultImage('ATECC508A'), (byte) => byte.toString(16).padStart(2, '0'));
  const config = (name: string, content: string | Uint8Array) =>
    provision(['--certinfo', place.certinfo(), '--config', put(name, content)]);

  const cases: readonly (readonly [string, string | Uint8Array, RegExp])[] = [
    ['127 bytes', bytes.slice(1).join(' '), /line 1, column 381: the file ends after 127 of 128 bytes/],
    ['129 bytes', [...bytes, '00'].join(' '), /line 1, column 385: more than 128 bytes; this is the first too many/],
    ['odd hex digits', bytes.join('').slice(1), /odd number of hex digits/],
    [
      'no hex',
      `${bytes.slice(0, 100).join('')}zz${bytes.slice(101).join('')}`,
      /line 1, column 201: "z" is not a hex digit/,
    ],
    ['empty', '', /the file ends after 0 of 128 bytes/],
    ['not UTF-8', Buffer.from([0x30, 0x30, 0xfc, 0x0a]), /line 1, column 3: /],
    ['UTF-16', Buffer.from(`\ufeff${bytes.join(' ')}`, 'utf16le'), /UTF-16/],
  ];
  it.each(cases)('%s', async (name, content, says) => {
    const { err, code } = await config(`${name.replaceAll(' ', '-')}.txt`, content);
    expect(err).toMatch(says);
    expect(err).toContain(name.replaceAll(' ', '-'));
    expect(code).toBe(2);
  });

  it('missing, a folder', async () => {
    for (const path of [place.at('nothing.txt'), place.folder]) {
      const { err, code } = await provision(['--certinfo', place.certinfo(), '--config', path]);
      expect(err).toContain(path);
      expect(code).toBe(2);
    }
  });
});

describe('options', () => {
  const wrong: readonly (readonly [readonly string[], string])[] = [
    [['--port', '99999'], '"99999" in --port is no port number.'],
    [['--board', 'nowhere'], '"nowhere" in --board is no place of a kit'],
    [['--lock-slots', '10,16'], '"16" in --lock-slots is no slot (0 to 15).'],
    [['--count', '0'], '"0" in --count is no number of boards'],
    [['--wait', '-1'], '"-1" in --wait'],
    [['--data-lock', 'maybe'], '"maybe" in --data-lock is neither fill+crc nor no-crc.'],
    [['--validate-only', '--accept-key'], 'exclude each other'],
    [['--data', 'nothing.json'], 'The data file nothing.json does not exist.'],
    [['--plan', 'nothing.json'], 'The plan nothing.json does not exist.'],
    [['--plan', 'a.json', '--config', 'b.txt', '--no-validate'], 'itself what --config, --no-validate would'],
    [['--station-key', 'nothing.key'], 'The station key nothing.key does not exist.'],
    [['--frobnicate'], "unknown option '--frobnicate'"],
  ];
  it.each(wrong)('%j', async (options, says) => {
    const { err, code } = await provision(['--certinfo', place.certinfo(), ...options]);
    expect(err).toContain(says);
    expect(code).toBe(2);
  });

  it('plan check takes no option beside --plan that the plan says itself', async () => {
    const { err, code } = await signet(['plan', 'check', '--plan', 'a.json', '--lock-slots', '10'], {
      cwd: place.folder,
    });
    expect(err).toContain('itself what --lock-slots would');
    expect(code).toBe(2);
  });

  it('plans and data files that are no JSON or have a field too many: the place is named', async () => {
    const cases: readonly (readonly [string, string, RegExp])[] = [
      ['--plan', '{', /is not JSON/],
      ['--plan', '{"format": 1, "name": "x", "version": 1, "entries": []}', /is not valid at entries/],
      ['--data', '[{"zone": "data", "slot": 99}]', /is not valid at 0\.slot/],
      [
        '--data',
        '[{"zone": "data", "slot": 8, "source": {"kind": "bytes", "hex": "00", "more": 1}}]',
        /is not valid at 0\.source/,
      ],
    ];
    for (const [option, content, says] of cases) {
      const { err, code } = await provision(['--certinfo', place.certinfo(), option, put('wrong.json', content)]);
      expect(err).toMatch(says);
      expect(code).toBe(2);
    }
  });

  it('a station key that others can read, or that is none', async () => {
    const key = put('station.key', `${'00'.repeat(32)}\n`);
    chmodSync(key, 0o644);
    const open = await provision(['--certinfo', place.certinfo(), '--station-key', key]);
    expect(open.err).toContain('can be read by others than its owner.');
    const short = put('short.key', '0011\n');
    chmodSync(short, 0o600);
    const wrong = await provision(['--certinfo', place.certinfo(), '--station-key', short]);
    expect(wrong.err).toContain('does not hold 32 bytes of hex.');
    expect([open.code, wrong.code]).toEqual([2, 2]);
  });

  it('--help has the note’s options with its defaults; unknown commands are told', async () => {
    const help = await signet(['provision', '--help']);
    expect(help.code).toBe(0);
    for (const text of [
      '--help',
      '--certinfo <filename>',
      '"atcaprov_cert_info_0.c"',
      '--config <filename>',
      '--host <name/ip>',
      '"localhost"',
      '--port <num>',
      '"11235"',
    ])
      expect(help.out).toContain(text);
    expect((await signet(['provide'])).code).toBe(2);
    expect((await signet(['--version'])).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
