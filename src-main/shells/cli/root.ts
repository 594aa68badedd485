import type { Command } from 'commander';
import { SignetError } from '../../../src-shared/base/error.ts';
import { createRoot, exportRoot, signRequest } from '../../line/signers/roots.ts';
import { collect, parseNumber } from './options.ts';
import { ceremonyOptions, common } from './signer.ts';
import { onSigners, type SignerFlags } from './signer-desk.ts';

interface CreateFlags extends SignerFlags {
  readonly signer?: string;
  readonly file?: string;
  readonly out: string;
  readonly organisation: string;
  readonly name: string;
  readonly chain: string;
  readonly years: string;
  readonly serial: string;
  readonly label: string;
  readonly anyKit?: boolean;
  readonly acceptUnknownKey?: string;
}

/** `signet root`: the authority above the signers. */
export function addRoot(program: Command): void {
  const root = program.command('root').description('Roots: make one, sign a signer that is made elsewhere, export.');
  const create = root
    .command('create')
    .description('Make a root: of a blank stick, or as an encrypted file, which is weaker.')
    .option(...common.signer)
    .option('--file <file>', 'An encrypted key file instead of a stick.')
    .requiredOption('--out <dir>', 'Where certificate, root.json and the ceremony record go.')
    .requiredOption('--organisation <name>', 'Organisation in all certificates below it.')
    .requiredOption('--name <name>', 'Common name of the root.')
    .option('--chain <id>', 'Chain id, 0 to 15.', '0')
    .option('--years <n>', 'Years of validity, 0 = without end.', '0')
    .option('--serial <policy>', 'Serial number: key-hash or random.', 'key-hash')
    .option('--label <text>', 'Free text on the stick.', '')
    .option('--password-fd <n>', 'Read the new password from this descriptor; twice for two persons.', collect, []);
  ceremonyOptions(create).action((flags: CreateFlags) =>
    onSigners(flags, 'passwordFd', async ({ books, wishes, say }) => {
      if (flags.signer !== undefined && flags.file !== undefined)
        throw new SignetError('OPTION_INVALID', '--signer and --file exclude each other.');
      if (flags.serial !== 'key-hash' && flags.serial !== 'random')
        throw new SignetError('OPTION_INVALID', `"${flags.serial}" in --serial is neither key-hash nor random.`);
      const made = await createRoot(
        books,
        {
          stick: flags.signer,
          file: flags.file,
          out: flags.out,
          organisation: flags.organisation,
          commonName: flags.name,
          chainId: parseNumber('--chain', flags.chain, 'chain id', 0, 15) ?? 0,
          years: parseNumber('--years', flags.years, 'number of years', 0, 127) ?? 0,
          serialPolicy: flags.serial,
          label: flags.label,
          anyKit: flags.anyKit === true,
          acceptUnknownKeyBy: flags.acceptUnknownKey,
        },
        wishes,
      );
      say({ event: 'made', ...made }, [
        `Root "${made.name}" is made. Its key: ${made.publicKeyFingerprint}`,
        ...made.files.map((file) => `  ${file}`),
        ...(made.storage === 'file'
          ? ['A root in a file is weaker than a stick: keep it and its password apart.']
          : []),
      ]);
    }),
  );
  root
    .command('sign <request>')
    .description(
      'Sign the certificate of a signer that is made on another machine (signet signer create --root root.json).',
    )
    .requiredOption('--root <place>', 'The root: a stick or its key file.')
    .requiredOption('--out <file>', 'Where the answer goes, for signet signer create --root-signature.')
    .option(
      '--root-password-fd <n>',
      "Read the root's password from this descriptor; twice for two persons.",
      collect,
      [],
    )
    .option('--person <name>', 'Who is present, for the record; may be given several times.', collect, [])
    .option(...common.yes)
    .option(...common.dataDir)
    .option(...common.json)
    .action((request: string, flags: SignerFlags & { root: string; out: string }) =>
      onSigners(flags, 'passwordFd', async ({ books, wishes, say }) => {
        const signed = await signRequest(books, { root: flags.root, request, out: flags.out }, wishes);
        say({ event: 'signed', ...signed }, [
          `"${signed.subject}" is certified by "${signed.root}".`,
          `  ${signed.file}`,
        ]);
      }),
    );
  root
    .command('export')
    .description("Write a root's certificate for hosts and firmware, and root.json. Needs no password.")
    .requiredOption('--root <place>', 'The root: a stick or its key file.')
    .requiredOption('--out <dir>', 'Where the files go.')
    .option(...common.dataDir)
    .option(...common.json)
    .action((flags: SignerFlags & { root: string; out: string }) =>
      onSigners(flags, 'passwordFd', async ({ books, say }) => {
        const exported = await exportRoot(books, flags.root, flags.out);
        say({ event: 'exported', ...exported }, [
          `Root "${exported.name}", key ${exported.publicKeyFingerprint}:`,
          ...exported.files.map((file) => `  ${file}`),
        ]);
      }),
    );
}
