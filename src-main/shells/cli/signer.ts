import type { Command } from 'commander';
import { parseHex } from '../../../src-shared/base/bytes.ts';
import { SignetError } from '../../../src-shared/base/error.ts';
import { defaultClaimsFolder } from '../../line/signer-claims.ts';
import { changeSignerPassword, exportSigner, lockSigners, takeSignerOver } from '../../line/signers/keep-signer.ts';
import { listSigners } from '../../line/signers/list.ts';
import {
  createSigner,
  type NewSignerWish,
  profileNames,
  type SignerReport,
  type SignerStorage,
} from '../../line/signers/make-signer.ts';
import type { SignerRow } from '../../line/signers/row.ts';
import { collect, given, parseNumber } from './options.ts';
import { onSigners, type SignerFlags } from './signer-desk.ts';

/** Options that several commands have, word for word. */
export const common = {
  signer: [
    '--signer <place>',
    'The stick at tcp:HOST:PORT, a serial port or a HID path; by default the only one plugged in.',
  ],
  dataDir: ['--data-dir <folder>', "Data folder of the line or server. Default: the platform's."],
  json: ['--json', 'One JSON object per line on standard output; nothing is asked on a terminal.'],
  yes: ['--yes', 'Do what cannot be undone without asking.'],
  anyKit: ['--any-kit', 'Also a kit that does not call itself a signer or root stick.'],
  acceptKey: [
    '--accept-unknown-key <name>',
    'Finish a stick whose set-up was not begun here; who answers for its key stands in the record.',
  ],
} as const;

interface CreateFlags extends SignerFlags {
  readonly signer?: string;
  readonly keyFile?: string;
  readonly token?: string;
  readonly library?: string;
  readonly tokenLabel?: string;
  readonly tokenSerial?: string;
  readonly keyId?: string;
  readonly root: string;
  readonly rootSignature?: string;
  readonly out: string;
  readonly profile: string;
  readonly definitions?: readonly string[];
  readonly template?: string;
  readonly name?: string;
  readonly deviceName?: string;
  readonly chain?: string;
  readonly signerId?: string;
  readonly signerYears?: string;
  readonly deviceYears?: string;
  readonly serialSource?: string;
  readonly label: string;
  readonly thisSignerOnly?: boolean;
  readonly anyKit?: boolean;
  readonly acceptUnknownKey?: string;
}

/** What making a root and making a signer have in common: the passwords' persons, which stick, and the usual. */
export function ceremonyOptions(command: Command): Command {
  return command
    .option('--two-persons', 'Two passwords, each of one person; neither opens it alone.')
    .option('--no-password', 'A stick without a password.')
    .option('--person <name>', 'Who is present, for the record; may be given several times.', collect, [])
    .option(...common.anyKit)
    .option(...common.acceptKey)
    .option(...common.yes)
    .option(...common.dataDir)
    .option(...common.json);
}

/** `signet signer`: everything about signers that needs no server. */
export function addSigner(program: Command): void {
  const signer = program.command('signer').description('Signer modules: list, make, change passwords, lock, export.');
  signer
    .command('list [places...]')
    .description('What every stick, key file and token is, and its state; also those that a running server has.')
    .option(...common.dataDir)
    .option('--json', 'As one JSON array.')
    .action((places: readonly string[], flags: SignerFlags) =>
      onSigners(flags, 'passwordFd', async ({ books, say }) => {
        const rows = await listSigners(books, places);
        say(rows, rows.length === 0 ? ['There is no signer, no root and no stick.'] : rows.flatMap(linesOf));
      }),
    );
  addCreate(signer);
  signer
    .command('password')
    .description('Change the password of a stick (signer or root) or key file, or set its first one.')
    .option('--signer <place>', 'A stick or a key file; by default the only stick plugged in.')
    .option(
      '--password-fd <n>',
      'Read the password that counts now from this descriptor; twice for two persons.',
      collect,
      [],
    )
    .option('--new-password-fd <n>', 'Read the new one from this descriptor; twice for two persons.', collect, [])
    .option(...common.dataDir)
    .option(...common.json)
    .action((flags: SignerFlags & { signer?: string }) =>
      onSigners(flags, 'newPasswordFd', async ({ books, wishes, say }) => {
        const changed = await changeSignerPassword(books, flags.signer, wishes);
        const note = changed.recovered ? ' A change that had broken off was finished.' : '';
        say({ event: 'password-changed', ...changed }, [`The password of ${changed.name} is changed.${note}`]);
      }),
    );
  signer
    .command('lock [serial]')
    .description('Lock a signer now, or all: the server that runs on the data folder forgets their keys.')
    .option('--signer <place>', 'A stick that no server has: ends an authorisation that may be left in it.')
    .option(...common.dataDir)
    .option(...common.json)
    .action((serialNumber: string | undefined, flags: SignerFlags & { signer?: string }) =>
      onSigners(flags, 'passwordFd', async ({ books, say }) => {
        const { running, locked, signers } = await lockSigners(books, { serialNumber, place: flags.signer });
        const nobody = flags.signer === undefined && !running;
        say({ event: 'locked', running, locked, signers }, [
          nobody
            ? 'No server and no desktop application runs on this data folder: no signer is open.'
            : locked.length === 0
              ? 'No signer was open.'
              : `Locked: ${locked.join(', ')}.`,
        ]);
      }),
    );
  signer
    .command('export')
    .description('Write certinfo, definitions and certificates of a signer, as its set-up did. Needs no password.')
    .option('--signer <place>', 'A stick, key file or description of a token; by default the only stick plugged in.')
    .requiredOption('--out <dir>', 'Where the files go.')
    .option('--this-signer-only', 'A certinfo that asks for this very signer instead of any of its kind.')
    .option(...common.dataDir)
    .option(...common.json)
    .action((flags: SignerFlags & { signer?: string; out: string; thisSignerOnly?: boolean }) =>
      onSigners(flags, 'passwordFd', async ({ books, say }) => {
        const exported = await exportSigner(books, {
          place: flags.signer,
          out: flags.out,
          requireThisSigner: flags.thisSignerOnly === true,
        });
        say({ event: 'exported', ...exported }, [
          `Signer (${exported.serialNumber}, ${exported.name}):`,
          ...exported.files.map((file) => `  ${file}`),
        ]);
      }),
    );
  signer
    .command('take-over <serial>')
    .description('Let a signer work for this data folder that works for another one of this computer.')
    .option(...common.yes)
    .option(...common.dataDir)
    .option(...common.json)
    .action((serial: string, flags: SignerFlags) =>
      onSigners(flags, 'passwordFd', async ({ books, wishes, say }) => {
        const claimsFolder = defaultClaimsFolder();
        const serialNumber = await takeSignerOver(books, { serialNumber: serial, claimsFolder }, wishes);
        say({ event: 'taken-over', serialNumber }, [`Signer ${serialNumber} works for ${books.folder} from now on.`]);
      }),
    );
}

function addCreate(signer: Command): void {
  const create = signer
    .command('create')
    .description('Make a signer: of a blank stick, as an encrypted key file, or of a key on a PKCS#11 token.')
    .option(...common.signer)
    .option('--key-file <file>', 'Instead of a stick an encrypted key file: for laboratory and test.')
    .option('--token <file>', 'Instead of a stick a PKCS#11 token; its description, which holds no secret, goes here.')
    .option('--library <path>', "With --token: the token's PKCS#11 library.")
    .option('--token-label <text>', 'With --token: its label.')
    .option('--token-serial <text>', 'With --token: its serial number, where labels are not unique.', '')
    .option('--key-id <hex>', 'With --token: CKA_ID of a P-256 key that is there; by default a new one is made.')
    .requiredOption('--root <place>', 'The root: a stick, its key file, or root.json of a root that is elsewhere.')
    .option('--root-signature <file>', 'The answer of a root that is elsewhere (signet root sign).')
    .requiredOption('--out <dir>', 'Where certinfo, definitions, certificates and the ceremony record go.')
    .option('--profile <name>', `Layout of the certificates: ${profileNames.join(', ')}, own.`, 'atmel-2015')
    .option('--template <file>', 'With --profile own: the layout as JSON.')
    .option('--definitions <files...>', 'Two definitions of your own as C sources, signer and device, instead.')
    .option('--name <name>', 'Name of the signer; its id is added.')
    .option('--device-name <name>', 'Common name of the devices.')
    .option('--chain <id>', 'Chain id, 0 to 15.')
    .option('--signer-id <hex>', 'Signer id, four hex digits; by default a random one.')
    .option('--signer-years <n>', "Years of the signer's certificate, 0 = without end; old libraries read 31 at most.")
    .option('--device-years <n>', "Years of the devices' certificates, 0 = without end; old libraries read 31 at most.")
    .option('--serial-source <name>', "Where devices' serial numbers come from: key-hash, chip-hash, chip or stored.")
    .option('--label <text>', 'Free text on the stick.', '')
    .option('--this-signer-only', 'A certinfo that asks for this very signer instead of any of its kind.')
    .option(
      '--password-fd <n>',
      'Read the new password from this descriptor (of a token: its PIN); twice for two persons.',
      collect,
      [],
    )
    .option(
      '--root-password-fd <n>',
      "Read the root's password from this descriptor; twice for two persons.",
      collect,
      [],
    );
  ceremonyOptions(create).action((flags: CreateFlags) =>
    onSigners(flags, 'passwordFd', async ({ books, wishes, say }) => {
      const wish = wishOf(flags);
      for (const [event, sentence] of longYears(wish)) say(event, [sentence]);
      const report = await createSigner(books, wish, wishes);
      say({ event: report.kind, ...report }, sentencesOf(report));
    }),
  );
}

/** Years beyond compressed format 0, which old libraries do not read: told before anything is made, with the code as the linter has it. */
function longYears({
  numbers: { signerExpireYears, deviceExpireYears },
}: NewSignerWish): readonly (readonly [Readonly<Record<string, unknown>>, string])[] {
  return Object.entries({ '--signer-years': signerExpireYears, '--device-years': deviceExpireYears }).flatMap(
    ([option, years]) => {
      if (years === undefined || years <= 31) return [];
      const sentence = `${option} ${years}: more than 31 years need compressed format 1, which 2015 and 2016 libraries refuse; 0 is without end in both formats.`;
      return [
        [{ event: 'warning', code: 'format-1', option, years, message: sentence }, `Warning: ${sentence}`] as const,
      ];
    },
  );
}

const serialSources = { 'key-hash': 10, 'chip-hash': 11, chip: 8, stored: 0 } as const;

function wishOf(flags: CreateFlags): NewSignerWish {
  const own = flags.profile === 'own';
  if (own !== (flags.template !== undefined))
    throw new SignetError('OPTION_INVALID', '--profile own and --template FILE belong together.');
  if (own && (flags.definitions !== undefined || flags.serialSource !== undefined))
    throw new SignetError(
      'OPTION_INVALID',
      'A template says it all: with --profile own there is no --definitions and no --serial-source.',
    );
  // A template is filled with the names and numbers that the first profile begins with.
  const profile = own ? profileNames[0] : profileNames.find((name) => name === flags.profile);
  if (profile === undefined)
    throw new SignetError(
      'OPTION_INVALID',
      `"${flags.profile}" in --profile is none of ${profileNames.join(', ')}, own.`,
    );
  const [signerFile, deviceFile, more] = flags.definitions ?? [];
  if (flags.definitions !== undefined && (deviceFile === undefined || more !== undefined))
    throw new SignetError(
      'OPTION_INVALID',
      '--definitions wants two files: that of the signer and that of the device.',
    );
  const source = Object.entries(serialSources).find(([name]) => name === flags.serialSource)?.[1];
  if (flags.serialSource !== undefined && source === undefined)
    throw new SignetError(
      'OPTION_INVALID',
      `"${flags.serialSource}" in --serial-source is none of ${Object.keys(serialSources).join(', ')}.`,
    );
  const signerId = flags.signerId === undefined ? undefined : parseHex(flags.signerId);
  if (flags.signerId !== undefined && signerId?.length !== 2)
    throw new SignetError('OPTION_INVALID', `"${flags.signerId}" in --signer-id is not four hex digits.`);
  return {
    storage: storageOf(flags),
    root: flags.root,
    answer: flags.rootSignature,
    out: flags.out,
    profile,
    definitions:
      signerFile === undefined || deviceFile === undefined ? undefined : { signer: signerFile, device: deviceFile },
    template: flags.template,
    names: given({ name: flags.name, deviceName: flags.deviceName }),
    numbers: given({
      chainId: parseNumber('--chain', flags.chain, 'chain id', 0, 15),
      signerExpireYears: parseNumber('--signer-years', flags.signerYears, 'number of years', 0, 127),
      deviceExpireYears: parseNumber('--device-years', flags.deviceYears, 'number of years', 0, 127),
      deviceSnSource: source,
    }),
    signerId: signerId?.reduce((value, byte) => value * 256 + byte, 0),
    label: flags.label,
    requireThisSigner: flags.thisSignerOnly === true,
    acceptUnknownKeyBy: flags.acceptUnknownKey,
  };
}

function storageOf(flags: CreateFlags): SignerStorage {
  const { signer, keyFile, token } = flags;
  if ([signer, keyFile, token].filter((each) => each !== undefined).length > 1)
    throw new SignetError('OPTION_INVALID', '--signer, --key-file and --token exclude each other.');
  if (keyFile !== undefined) return { kind: 'file', path: keyFile };
  if (token === undefined) return { kind: 'stick', place: signer, anyKit: flags.anyKit === true };
  const keyId = flags.keyId === undefined ? undefined : parseHex(flags.keyId);
  if (flags.keyId !== undefined && keyId === undefined)
    throw new SignetError('OPTION_INVALID', `"${flags.keyId}" in --key-id is no hex.`);
  if (flags.library === undefined || flags.tokenLabel === undefined)
    throw new SignetError('OPTION_INVALID', '--token wants --library and --token-label.');
  return {
    kind: 'token',
    path: token,
    library: flags.library,
    label: flags.tokenLabel,
    serial: flags.tokenSerial ?? '',
    keyId,
  };
}

function sentencesOf(report: SignerReport): readonly string[] {
  if (report.kind === 'request')
    return [
      `The stick ${report.serialNumber} waits for its certificate. Take ${report.file} to the root:`,
      '  signet root sign REQUEST --root ROOT --out ANSWER',
      'and give the same command again with --root-signature ANSWER.',
    ];
  return [
    `Signer (${report.serialNumber}, ${report.name} ${report.signerId}) is set up.`,
    ...report.files.map((file) => `  ${file}`),
  ];
}

const schemeWords = { open: 'no password', one: 'one password', 'two-persons': 'two persons', '': '' } as const;

function linesOf(row: SignerRow): readonly string[] {
  const what =
    row.role === ''
      ? row.serialNumber
      : `${row.role} ${row.serialNumber} ${row.name}${row.role === 'signer' ? ` ${row.signerId}, chain ${row.chainId}` : ''}`;
  const facts = [
    row.held ? 'in use by a program on this data folder' : '',
    row.kind === 'file' ? 'key file' : row.kind === 'pkcs11' ? 'token' : '',
    schemeWords[row.passwordScheme],
    row.notAfter === '' ? '' : `valid until ${row.notAfter.slice(0, 10)}`,
    row.label === '' ? '' : `label "${row.label}"`,
    row.changeBegun ? 'a change of its password broke off' : '',
  ].filter((fact) => fact !== '');
  return [
    `${row.place}  ${row.state}  ${what}`.trimEnd(),
    ...(row.reason === '' ? [] : [`    ${row.reason}`]),
    ...(facts.length === 0 ? [] : [`    ${facts.join(', ')}`]),
    ...(row.publicKeyFingerprint === '' ? [] : [`    key ${row.publicKeyFingerprint}`]),
  ];
}
