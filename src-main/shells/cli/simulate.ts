import type { Command } from 'commander';
import { SignetError } from '../../../src-shared/base/error.ts';
import { startSimulatedBoard } from '../../line/simulate.ts';
import { createSimulatedSigner } from '../../line/simulate-signer.ts';
import { askPassword, hasKeyboard, readPasswords } from './terminal.ts';

/** "127.0.0.1:4000" as typed. */
export function parseListen(text: string): { readonly host: string; readonly port: number } {
  const at = text.lastIndexOf(':');
  const host = text.slice(0, at).replace(/^\[|\]$/g, '');
  const port = /^\d{1,5}$/.test(text.slice(at + 1)) ? Number(text.slice(at + 1)) : Number.NaN;
  if (at < 1 || host === '' || !(port <= 65_535))
    throw new SignetError('OPTION_INVALID', `"${text}" is not of the form HOST:PORT.`, { given: text });
  return { host, port };
}

/** Resolves when the process is asked to end. */
export function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
}

/** Simulated boards and signers, for people without hardware. */
export function addSimulate(program: Command): void {
  const simulate = program.command('simulate').description('Simulated boards and signer modules.');
  simulate
    .command('board')
    .description('A whole simulated board that speaks the Kit Protocol over TCP, one client at a time.')
    .requiredOption('--listen <host:port>', 'Where it listens.')
    .requiredOption('--state <file>', 'Where its state is kept across restarts; made when it does not exist.')
    .option('--part <part>', '508 or 608.', '508')
    .option('--dialect <dialect>', 'legacy, d21 or modern.', 'legacy')
    .option('--real-time', "The chip's typical execution times.")
    .option('--faults <file>', 'Faults, as JSON.')
    .action(
      async (flags: {
        listen: string;
        state: string;
        part: string;
        dialect: string;
        realTime?: boolean;
        faults?: string;
      }) => {
        const { host, port } = parseListen(flags.listen);
        if (flags.part !== '508' && flags.part !== '608')
          throw new SignetError('OPTION_INVALID', `"${flags.part}" in --part is neither 508 nor 608.`);
        if (flags.dialect !== 'legacy' && flags.dialect !== 'd21' && flags.dialect !== 'modern') {
          throw new SignetError('OPTION_INVALID', `"${flags.dialect}" in --dialect is none of legacy, d21, modern.`);
        }
        const running = await startSimulatedBoard({
          host,
          port,
          stateFile: flags.state,
          part: flags.part,
          dialect: flags.dialect,
          realTime: flags.realTime === true,
          ...(flags.faults === undefined ? {} : { faults: flags.faults }),
        });
        process.stdout.write(`Simulated ${flags.dialect} board listening on ${running.host}:${running.port}.\n`);
        await untilStopped();
        await running.close();
      },
    );
  simulate
    .command('signer')
    .description('A simulated signer module: set it up with --create, run it with --listen.')
    .option('--create <file>', 'Set up a new module and keep its state in this file.')
    .option('--out <dir>', 'Where certinfo, definitions and root certificate go.')
    .option('--name <name>', 'Name of the signer.', 'Example ATECC508A Signer')
    .option('--organisation <name>', 'Organisation in the certificates.', 'Example Organization')
    .option('--chain <id>', 'Chain id, 0 to 15.', '0')
    .option('--password-fd <n>', 'Read the password from this file descriptor.')
    .option('--no-password', 'A module without a password.')
    .option('--listen <host:port>', 'Run the module.')
    .option('--state <file>', 'State of the module to run.')
    .option('--real-time', "The chip's typical execution times.")
    .option('--faults <file>', 'Faults, as JSON.')
    .action(async (flags: SignerFlags) => {
      if (flags.create !== undefined) return create(flags.create, flags);
      if (flags.listen === undefined || flags.state === undefined) {
        throw new SignetError('OPTION_INVALID', 'Either --create FILE --out DIR, or --listen HOST:PORT --state FILE.');
      }
      const { host, port } = parseListen(flags.listen);
      const running = await startSimulatedBoard({
        host,
        port,
        stateFile: flags.state,
        part: '508',
        dialect: 'legacy',
        stick: true,
        realTime: flags.realTime === true,
        ...(flags.faults === undefined ? {} : { faults: flags.faults }),
      });
      process.stdout.write(`Simulated signer module listening on ${running.host}:${running.port}.\n`);
      await untilStopped();
      return running.close();
    });
}

interface SignerFlags {
  readonly create?: string;
  readonly out?: string;
  readonly name: string;
  readonly organisation: string;
  readonly chain: string;
  readonly passwordFd?: string;
  readonly password: boolean;
  readonly listen?: string;
  readonly state?: string;
  readonly realTime?: boolean;
  readonly faults?: string;
}

async function create(stateFile: string, flags: SignerFlags): Promise<void> {
  if (flags.out === undefined) throw new SignetError('OPTION_INVALID', 'Where the files go is said by --out DIR.');
  const chain = /^\d{1,2}$/.test(flags.chain) ? Number(flags.chain) : Number.NaN;
  if (!(chain >= 0 && chain <= 15))
    throw new SignetError('OPTION_INVALID', `"${flags.chain}" in --chain is no chain id (0 to 15).`);
  const made = await createSimulatedSigner({
    stateFile,
    folder: flags.out,
    name: flags.name,
    organisation: flags.organisation,
    chainId: chain,
    password: await newPassword(flags),
    step: (text) => process.stdout.write(`${text}\n`),
  });
  process.stdout.write(`Signer (${made.serialNumber}, ${made.name}) is set up.\n`);
  for (const file of made.files) process.stdout.write(`  ${file}\n`);
}

/** The password of a new module: from a descriptor, or typed twice; none with --no-password. */
async function newPassword(flags: SignerFlags): Promise<string | undefined> {
  if (!flags.password) return undefined;
  if (flags.passwordFd !== undefined) {
    const [password] = readPasswords(Number(flags.passwordFd));
    if (password === undefined) throw new SignetError('OPTION_INVALID', 'There is no password on the file descriptor.');
    return password;
  }
  if (!hasKeyboard())
    throw new SignetError(
      'OPTION_INVALID',
      'A password is needed: --password-fd N, or --no-password for a module without one.',
    );
  const first = await askPassword('Password for the new signer module: ');
  const second = first === undefined ? undefined : await askPassword('The same again: ');
  if (first === undefined || second === undefined) throw new SignetError('INTERRUPTED', 'Nothing was set up.');
  if (first !== second) throw new SignetError('OPTION_INVALID', 'The two passwords differ; nothing was set up.');
  return first;
}
