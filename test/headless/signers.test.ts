import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ended, onTerminal, signet } from './processes.ts';
import { chipsIn, type Place, Workplace } from './workplace.ts';

/** `signet signer` and `signet root` as scripts and people use them: real processes on simulated sticks. */
const place = new Workplace();
afterAll(() => place.close());

const [anna, bert] = ['Annas Passwort 1', 'Berts Passwort 2'];
const signerPassword = 'Linie drei, Platz zwei';
const newPassword = 'ein ganz neues Passwort';
const secrets = [anna, bert, signerPassword, newPassword] as const;

const said: string[] = [];

/** Runs a command in the workplace, its passwords in descriptors of their own from 3 on. */
async function run(args: readonly string[], descriptors: readonly string[] = []): Promise<Ended> {
  const ended = await signet([...args, '--data-dir', place.at('data')], {
    cwd: place.folder,
    descriptors: descriptors.map((text) => `${text}\n`),
  });
  said.push(ended.out, ended.err);
  return ended;
}

/** Its lines as JSON. */
const events = ({ out }: Ended): Record<string, unknown>[] =>
  out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

const json = (path: string): Record<string, unknown> => JSON.parse(readFileSync(path, 'utf8'));

let rootStick: Place;
let signerStick: Place;

beforeAll(async () => {
  [rootStick, signerStick] = await Promise.all([
    place.signer('root-stick', ['--blank']),
    place.signer('signer-stick', ['--blank']),
  ]);
});

describe('a root of two persons and a signer below it', () => {
  const createRoot = (options: readonly string[]): readonly string[] => [
    'root',
    'create',
    '--signer',
    rootStick.path,
    '--out',
    place.at('root-files'),
    '--organisation',
    'Beispiel GmbH',
    '--name',
    'Beispiel Root',
    '--two-persons',
    '--person',
    'Person A',
    '--person',
    'Person B',
    ...options,
  ];

  it('is not made without --yes, nor with both passwords from one hand: exit code 2, the stick stays blank', async () => {
    const unasked = await run(createRoot(['--password-fd', '3', '--password-fd', '4']), [anna, bert]);
    expect(unasked.code).toBe(2);
    expect(unasked.out).toContain('This cannot be undone:');
    expect(unasked.out).toContain('A key is made in it that nobody can read or copy.');
    expect(unasked.err).toContain('Nothing was done: without a terminal --yes is needed');
    const oneHand = await run(createRoot(['--yes', '--password-fd', '3']), [`${anna}\n${bert}`]);
    expect(oneHand.code).toBe(2);
    expect(oneHand.err).toContain('twice, a descriptor for each');
    const oneSource = await run(createRoot(['--yes', '--password-fd', '3', '--password-fd', '3']), [`${anna}`]);
    expect(oneSource.code).toBe(2);
    await rootStick.process.stop();
    const [chip] = await chipsIn(place.at('root-stick.json'));
    expect(chip?.config[87]).toBe(0x55);
    rootStick = await place.signer('root-stick');
  });

  it('is made step by step, with a record of who, when, what and by which program', async () => {
    const made = await run(createRoot(['--yes', '--json', '--password-fd', '3', '--password-fd', '4']), [anna, bert]);
    expect(made.err).toBe('');
    expect(made.code).toBe(0);
    const told = events(made);
    expect(told[0]).toMatchObject({ event: 'irreversible' });
    const irreversible = told.filter(({ irreversible, status }) => irreversible === true && status === 'done');
    expect(irreversible.map(({ step }) => step)).toEqual(['lock-configuration', 'make-key', 'lock-data', 'lock-slots']);
    expect(told.at(-1)).toMatchObject({ event: 'made', name: 'Beispiel Root', storage: 'chip' });
    const record = json(place.at('root-files', 'ceremony-root.json'));
    const version = await signet(['version']);
    const [, digest = ''] = version.out.split('\n');
    expect(digest).toMatch(/^[0-9A-F]{64}$/);
    expect(record).toMatchObject({
      persons: ['Person A', 'Person B'],
      software: { name: 'signet', digest },
      passwordScheme: 'two-persons',
      publicKeyFingerprint: told.at(-1)?.['publicKeyFingerprint'],
    });
    const page = readFileSync(place.at('root-files', 'ceremony-root.txt'), 'utf8');
    for (const line of [
      'CEREMONY RECORD',
      'Organisation:         Beispiel GmbH',
      'Person A',
      'two persons, one password each',
      digest,
    ])
      expect(page).toContain(line);
  });

  it('certifies a signer with both passwords, one after the other, and not with one or in the other order', async () => {
    const create = (rootFds: readonly string[]): readonly string[] => [
      'signer',
      'create',
      '--signer',
      signerStick.path,
      '--root',
      rootStick.path,
      '--out',
      place.at('signer-files'),
      '--name',
      'Beispiel Signer',
      '--label',
      'Linie 3',
      '--device-years',
      '40',
      '--signer-years',
      '31',
      '--yes',
      '--json',
      '--password-fd',
      '5',
      ...rootFds.flatMap((fd) => ['--root-password-fd', fd]),
    ];
    const swapped = await run(create(['4', '3']), [anna, bert, signerPassword]);
    expect([swapped.code, events(swapped).at(-1)?.['code']]).toEqual([3, 'PASSWORD_WRONG']);
    // More years than compressed format 0 holds are told before anything is asked or made; 31 are not.
    expect(events(swapped).filter(({ event }) => event === 'warning')).toMatchObject([
      { code: 'format-1', option: '--device-years', years: 40 },
    ]);
    expect(events(swapped)[0]).toMatchObject({ event: 'warning' });
    const made = await run(create(['3', '4']), [anna, bert, signerPassword]);
    expect(made.code, made.err).toBe(0);
    expect(events(made).at(-1)).toMatchObject({ event: 'made', storage: 'chip', name: 'Beispiel Signer' });
    // A stick that is finished is not begun again, and nobody is asked for a password first.
    const again = await run([...create(['3', '4']), '--out', place.at('other-files')], [anna, bert, signerPassword]);
    expect([again.code, events(again).at(-1)?.['code']]).toEqual([1, 'ALREADY_PROVISIONED']);
  });

  it('is listed, as a table and as JSON', async () => {
    const listed = await run(['signer', 'list', '--json', rootStick.path, signerStick.path, 'tcp:127.0.0.1:1']);
    const rows: Record<string, unknown>[] = JSON.parse(listed.out);
    expect(rows.map(({ role, state, passwordScheme }) => [role, state, passwordScheme])).toEqual([
      ['root', 'PASSWORD_REQUIRED', 'two-persons'],
      ['signer', 'PASSWORD_REQUIRED', 'one'],
      ['', 'ABSENT', ''],
    ]);
    expect(rows[1]).toMatchObject({ name: 'Beispiel Signer', label: 'Linie 3', kind: 'chip', held: false });
    expect(rows[1]?.['rootKeyFingerprint']).toBe(rows[0]?.['publicKeyFingerprint']);
  });

  it('the files that are exported make a chain that OpenSSL verifies; they are not written over', async () => {
    const exported = await run(['signer', 'export', '--signer', signerStick.path, '--out', place.at('exported')]);
    expect(exported.code, exported.err).toBe(0);
    const [signer, root] = [
      place.at('exported', 'signer_certificate.pem'),
      place.at('root-files', 'root_certificate.pem'),
    ];
    expect(
      execFileSync('openssl', ['verify', '-x509_strict', '-CAfile', root, signer], { encoding: 'utf8' }),
    ).toContain('OK');
    expect(new X509Certificate(readFileSync(signer)).verify(new X509Certificate(readFileSync(root)).publicKey)).toBe(
      true,
    );
    const certinfo = 'atcaprov_cert_info_0.c';
    const withoutMoment = (path: string): string =>
      readFileSync(path, 'utf8').replace(/\d{4}-\d{2}-\d{2}[T ][\d:]+Z?/g, '');
    expect(withoutMoment(place.at('exported', certinfo))).toBe(withoutMoment(place.at('signer-files', certinfo)));
    const over = await run(['signer', 'export', '--signer', signerStick.path, '--out', place.at('exported')]);
    expect(over.code).toBe(2);
  });

  it('gets another password: the old one is refused from then on; the server locks it by command', async () => {
    const change = (descriptors: readonly string[]): Promise<Ended> =>
      run(
        ['signer', 'password', '--signer', signerStick.path, '--password-fd', '3', '--new-password-fd', '4'],
        descriptors,
      );
    const changed = await change([signerPassword, newPassword]);
    expect(changed.code, changed.err).toBe(0);
    // The same again would be taken for the end of a change that broke off; another one is refused.
    expect((await change([signerPassword, `${newPassword} anders`])).code).toBe(3);

    const nobody = await run(['signer', 'lock']);
    expect(nobody.out).toContain('no signer is open');
    const server = await place.server([signerStick], { secret: newPassword });
    await server.process.said(/password accepted, ready\./);
    const held = JSON.parse((await run(['signer', 'list', '--json'])).out);
    expect(held).toMatchObject([{ held: true, state: 'READY', name: 'Beispiel Signer' }]);
    const locked = await run(['signer', 'lock', '--json']);
    expect(events(locked)).toMatchObject([
      { event: 'locked', running: true, locked: [held[0].serialNumber], signers: [{ state: 'PASSWORD_REQUIRED' }] },
    ]);
    await server.process.said(/locked by command\./);
    expect((statSync(place.at('data', 'control')).mode & 0o777).toString(8)).toBe('600');
    // A server that dies leaves its socket behind, which keeps nobody from anything.
    await server.process.stop('SIGABRT');
    expect(existsSync(place.at('data', 'control'))).toBe(true);
    expect((await run(['signer', 'lock'])).out).toContain('no signer is open');
    // Another data folder of this computer does not get it: what was issued here would be unknown there.
    const second = await place.server([signerStick], { data: 'second', secret: newPassword });
    await second.process.said(/belongs to another data folder of this machine/);
    await second.process.stop();
    expect(existsSync(place.at('second', 'control'))).toBe(false);
  });
});

describe('a root in a file, elsewhere', () => {
  it('is made at a terminal: each person types unseen, the first leaves before the second sits down', async () => {
    const terminal = place.keep(
      onTerminal(
        [
          ...['root', 'create', '--file', place.at('vault', 'root-key.json'), '--out', place.at('vault-files')],
          ...[
            '--organisation',
            'Beispiel GmbH',
            '--name',
            'Tresor Root',
            '--two-persons',
            '--data-dir',
            place.at('vault-data'),
          ],
        ],
        { cwd: place.folder },
      ),
    );
    await terminal.said(/New password of root "Tresor Root" \(person 1 of 2\): $/);
    terminal.write(`${anna}\r`);
    await terminal.said(/The same again: $/);
    terminal.write(`${anna}\r`);
    await terminal.said(/Person 1 leaves the keyboard now\. Person 2 sits down and presses ENTER\.\r?\n$/);
    expect(terminal.screen).not.toContain('person 2 of 2');
    terminal.write('\r');
    await terminal.said(/\(person 2 of 2\): $/);
    terminal.write(`${bert}\r`);
    await terminal.said(/The same again: $/, terminal.screen.indexOf('person 2 of 2'));
    terminal.write(`${bert}\r`);
    expect((await terminal.ended()).code).toBe(0);
    expect(terminal.screen).toContain('A root in a file is weaker than a stick');
    said.push(terminal.screen);
    expect(statSync(place.at('vault', 'root-key.json')).mode & 0o077).toBe(0);
  });

  it('certifies a stick by files that are carried there and back; the stick waits, and is finished', async () => {
    const stick = await place.signer('carried', ['--blank']);
    const create = (options: readonly string[]): Promise<Ended> =>
      run(
        [
          ...['signer', 'create', '--signer', stick.path, '--root', place.at('vault-files', 'root.json')],
          ...[
            '--out',
            place.at('carried-files'),
            '--signer-id',
            'BEEF',
            '--yes',
            '--json',
            '--password-fd',
            '3',
            ...options,
          ],
        ],
        [signerPassword],
      );
    const waits = await create([]);
    expect(waits.code, waits.err).toBe(0);
    const asked = events(waits).at(-1);
    expect(asked?.['event']).toBe('request');
    const request = String(asked?.['file']);
    const sign = (options: readonly string[], passwords: readonly string[]): Promise<Ended> =>
      run(
        [
          ...['root', 'sign', request, '--root', place.at('vault', 'root-key.json'), '--out', place.at('answer.json')],
          ...['--root-password-fd', '3', '--root-password-fd', '4', ...options],
        ],
        passwords,
      );
    const unasked = await sign([], [anna, bert]);
    expect(unasked.code).toBe(2);
    expect(unasked.out).toContain('becomes a certificate authority below "Tresor Root"');
    expect((await sign(['--yes'], [bert, anna])).code).toBe(3);
    expect(existsSync(place.at('answer.json'))).toBe(false);
    expect((await sign(['--yes'], [anna, bert])).code).toBe(0);
    const made = await create(['--root-signature', place.at('answer.json')]);
    expect(made.code, made.err).toBe(0);
    expect(events(made).at(-1)).toMatchObject({ event: 'made', signerId: 'BEEF' });
    const done = events(made).filter(({ status }) => status === 'done');
    expect(done.map(({ step }) => step)).not.toContain('make-key');
    await stick.process.stop();
  });

  it('a key file with an own layout becomes a signer that a server uses from its folder, and forgets when the file is gone', async () => {
    const template = {
      organizationalUnit: 'Labor',
      deviceName: 'chip-serial',
      deviceSerial: 'chip-hash',
      signerSerial: 'key-hash',
      deviceKeyUsage: ['digitalSignature'],
      deviceExtendedKeyUsage: ['1.3.6.1.5.5.7.3.2'],
      deviceBasicConstraints: true,
      deviceSubjectKeyId: true,
      deviceAuthorityKeyId: true,
      signerCrlSign: false,
    };
    writeFileSync(place.at('template.json'), JSON.stringify(template));
    const made = await run(
      [
        ...[
          'signer',
          'create',
          '--key-file',
          place.at('data', 'signers', 'lab.json'),
          '--root',
          place.at('vault', 'root-key.json'),
        ],
        ...['--out', place.at('lab-files'), '--password-fd', '5', '--root-password-fd', '3', '--root-password-fd', '4'],
        ...['--profile', 'own', '--template', place.at('template.json')],
      ],
      [anna, bert, signerPassword],
    );
    expect(made.code, made.err).toBe(0);
    expect(readFileSync(place.at('lab-files', 'cert_def_2_device.c'), 'utf8')).toContain('SN48');
    const server = place.keep(
      onTerminal(['serve', '--listen', '127.0.0.1:0', '--data-dir', place.at('data')], { cwd: place.folder }),
    );
    await server.said(/password: $/);
    server.write(`${signerPassword}\r`);
    await server.said(/password accepted, ready\./);
    execFileSync('rm', [place.at('data', 'signers', 'lab.json')]);
    await server.said(/removed\./);
    server.write('\u001b');
    expect((await server.ended()).code).toBe(0);
    said.push(server.screen);
  });
});

it('a board is never taken for a stick, and what is asked wrongly is exit code 2', async () => {
  const board = await place.board('a-board', ['--dialect', 'd21']);
  const at = [
    'signer',
    'create',
    '--root',
    place.at('vault-files', 'root.json'),
    '--out',
    place.at('never'),
    '--password-fd',
    '3',
  ];
  const refused = await run([...at, '--signer', board.path, '--yes'], [signerPassword]);
  expect(refused.code).toBe(2);
  expect(refused.err).toContain('a board would be lost');
  await board.process.stop();
  const [chip] = await chipsIn(place.at('a-board.json'));
  expect(chip?.config[87]).toBe(0x55);
  for (const wrong of [
    ['--signer-id', '12345'],
    ['--key-file', 'x', '--token', 'y'],
    ['--profile', 'own'],
  ])
    expect((await run([...at, ...wrong], [signerPassword])).code, wrong.join(' ')).toBe(2);
});

it('no password was said by any of them, nor lies in any file', () => {
  const found = execFileSync(
    'sh',
    ['-c', `grep -rlaF ${secrets.map((secret) => `-e "${secret}"`).join(' ')} . || true`],
    {
      cwd: place.folder,
      encoding: 'utf8',
    },
  );
  expect(found).toBe('');
  for (const secret of secrets) expect(said.join('\n')).not.toContain(secret);
});
