import type { Command } from 'commander';
import { parseHex } from '../../../src-shared/base/bytes.ts';
import { SignetError } from '../../../src-shared/base/error.ts';
import { type RunningSimulation, type SimulatedPart, startSimulatedBoard } from '../../line/simulate.ts';
import { createSimulatedSigner } from '../../line/simulate-signer.ts';
import { readPasswords } from './descriptor.ts';
import { given, parseListen, parseNumber } from './options.ts';
import { onEnding, untilEnding } from './signals.ts';
import { openTerminal } from './terminal.ts';

interface BoardFlags {
  readonly listen: string;
  readonly state: string;
  readonly part?: string;
  readonly serial?: string;
  readonly dialect?: string;
  readonly realTime?: boolean;
  readonly baud?: string;
  readonly faults?: string;
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
  readonly blank?: boolean;
  readonly realTime?: boolean;
  readonly faults?: string;
}

/** Simulated boards and signer modules, for people without hardware. */
export function addSimulate(program: Command): void {
  const simulate = program.command('simulate').description('Simulated boards and signer modules.');
  simulate
    .command('board')
    .description('A whole simulated board that speaks the Kit Protocol over TCP, one client at a time.')
    .requiredOption('--listen <host:port>', 'Where it listens; port 0 = any free one.')
    .requiredOption('--state <file>', 'Where its state is kept across restarts; made when it does not exist.')
    .option(
      '--part <part>',
      'What a new board carries: 508, 608, "508,608" for several chips (which modern kits find), or none. (default: 508)',
    )
    .option('--serial <hex>', 'Serial number of the first chip of a new board, 9 bytes.')
    .option(
      '--dialect <dialect>',
      'legacy, d21, modern, or signet (the kit host of firmware/). (default: legacy, or that of the state file)',
    )
    .option('--real-time', "The chip's typical execution times.")
    .option('--baud <n>', 'With --real-time: a serial line of this speed between kit and host.')
    .option('--faults <file>', 'Faults, as JSON.')
    .addHelpText(
      'after',
      '\nOn a terminal: ENTER puts the next product into the fixture (new chips, the kit stays), ESC ends. SIGUSR2 is the same as ENTER.',
    )
    .action(board);
  simulate
    .command('chip')
    .description(
      'A simulated chip on an I2C bus behind a socket, for the C programs of firmware/ on this computer (--bus tcp:HOST:PORT). It loses its power when they end.',
    )
    .requiredOption('--listen <host:port>', 'Where it listens; port 0 = any free one.')
    .requiredOption('--state <file>', 'Where its state is kept across restarts; made when it does not exist.')
    .option('--part <part>', 'What a new bus carries: 508, 608, "508,608" for several chips, or none. (default: 508)')
    .option('--serial <hex>', 'Serial number of the first chip of a new bus, 9 bytes.')
    .option('--real-time', "The chip's typical execution times.")
    .option('--faults <file>', 'Faults, as JSON; only those at packets strike.')
    .action(chip);
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
    .option('--listen <host:port>', 'Run the module; port 0 = any free one.')
    .option('--state <file>', 'State of the module to run.')
    .option('--blank', 'Run a blank stick when the state file does not exist.')
    .option('--real-time', "The chip's typical execution times.")
    .option('--faults <file>', 'Faults, as JSON.')
    .action(signer);
}

async function board(flags: BoardFlags): Promise<void> {
  const { host, port } = parseListen(flags.listen);
  if (flags.baud !== undefined && flags.realTime !== true)
    throw new SignetError('OPTION_INVALID', '--baud needs --real-time.');
  const running = await startSimulatedBoard({
    host,
    port,
    stateFile: flags.state,
    realTime: flags.realTime === true,
    ...given({
      part: parseParts(flags.part),
      serialNumber: parseSerial(flags.serial),
      dialect: parseDialect(flags.dialect),
      faults: flags.faults,
      baud: parseNumber('--baud', flags.baud, 'line speed', 300, 12_000_000),
    }),
  });
  process.stdout.write(`Simulated board listening on ${running.host}:${running.port}.\n`);
  await untilQuit(running);
  await running.close();
}

async function chip(flags: Omit<BoardFlags, 'dialect' | 'baud'>): Promise<void> {
  const { host, port } = parseListen(flags.listen);
  const running = await startSimulatedBoard({
    host,
    port,
    stateFile: flags.state,
    dialect: 'signet',
    wires: true,
    realTime: flags.realTime === true,
    ...given({
      part: parseParts(flags.part),
      serialNumber: parseSerial(flags.serial),
      faults: flags.faults,
    }),
  });
  process.stdout.write(`Simulated I2C bus listening on ${running.host}:${running.port}.\n`);
  await untilQuit(running);
  await running.close();
}

/** Until ESC or a signal; ENTER and SIGUSR2 bring the next product. */
async function untilQuit(running: RunningSimulation): Promise<void> {
  const terminal = openTerminal({ listen: process.stdin.isTTY === true });
  const stop = new AbortController();
  const ended = Promise.withResolvers<undefined>();
  const quit = (): void => {
    stop.abort();
    ended.resolve(undefined);
  };
  const chips = (): string => running.serialNumbers().join(', ') || 'no chip';
  const next = (): void => {
    running.nextProduct().then(
      () => terminal.line(`Next product: ${chips()}.`),
      (thrown: unknown) => terminal.line(String(thrown)),
    );
  };
  terminal.line(`Device SN: ${chips()}`);
  terminal.onKey(quit);
  const offEnding = onEnding(quit);
  process.on('SIGUSR2', next);
  if (terminal.interactive) {
    terminal.line('ENTER puts in the next product, ESC ends.');
    void (async () => {
      while ((await terminal.enter(stop.signal)) === 'enter') next();
    })();
  }
  await ended.promise;
  process.off('SIGUSR2', next);
  offEnding();
  terminal.close();
}

async function signer(flags: SignerFlags): Promise<void> {
  if (flags.create !== undefined) return create(flags.create, flags);
  if (flags.listen === undefined || flags.state === undefined) {
    throw new SignetError('OPTION_INVALID', 'Either --create FILE --out DIR, or --listen HOST:PORT --state FILE.');
  }
  const { host, port } = parseListen(flags.listen);
  const running = await startSimulatedBoard({
    host,
    port,
    stateFile: flags.state,
    stick: true,
    mustExist: flags.blank !== true,
    realTime: flags.realTime === true,
    ...given({ faults: flags.faults }),
  });
  process.stdout.write(`Simulated signer module listening on ${running.host}:${running.port}.\n`);
  await untilEnding();
  await running.close();
}

async function create(stateFile: string, flags: SignerFlags): Promise<void> {
  if (flags.out === undefined) throw new SignetError('OPTION_INVALID', 'Where the files go is said by --out DIR.');
  const chainId = parseNumber('--chain', flags.chain, 'chain id', 0, 15) ?? 0;
  const made = await createSimulatedSigner({
    stateFile,
    folder: flags.out,
    name: flags.name,
    organisation: flags.organisation,
    chainId,
    password: await newPassword(flags),
    step: (text) => process.stdout.write(`${text}\n`),
  });
  process.stdout.write(`Signer (${made.serialNumber}, ${made.name}) is set up.\n`);
  for (const file of made.files) process.stdout.write(`  ${file}\n`);
}

/** The password of a new module: from a descriptor, or typed twice; none with --no-password. */
async function newPassword(flags: SignerFlags): Promise<string | undefined> {
  if (!flags.password) return undefined;
  if (flags.passwordFd !== undefined) return readPasswords(flags.passwordFd)[0];
  const terminal = openTerminal({ listen: true });
  const stop = new AbortController();
  try {
    if (!terminal.interactive)
      throw new SignetError(
        'OPTION_INVALID',
        'A password is needed: --password-fd N, or --no-password for a module without one.',
      );
    terminal.onKey(() => stop.abort());
    const first = await terminal.password('Password for the new signer module: ', stop.signal);
    const second = first === undefined ? undefined : await terminal.password('The same again: ', stop.signal);
    if (first === undefined || second === undefined) throw new SignetError('INTERRUPTED', 'Nothing was set up.');
    if (first !== second) throw new SignetError('OPTION_INVALID', 'The two passwords differ; nothing was set up.');
    return first;
  } finally {
    terminal.close();
  }
}

function parseParts(text: string | undefined): readonly SimulatedPart[] | undefined {
  if (text === undefined) return undefined;
  if (text === 'none') return [];
  return text.split(',').map((part) => {
    if (part !== '508' && part !== '608')
      throw new SignetError('OPTION_INVALID', `"${part}" in --part is neither 508 nor 608.`);
    return part;
  });
}

function parseSerial(text: string | undefined): Uint8Array | undefined {
  if (text === undefined) return undefined;
  const bytes = parseHex(text);
  if (bytes?.length !== 9) throw new SignetError('OPTION_INVALID', `"${text}" in --serial is not 9 bytes of hex.`);
  return bytes;
}

function parseDialect(text: string | undefined): 'legacy' | 'd21' | 'modern' | 'signet' | undefined {
  if (text === undefined || text === 'legacy' || text === 'd21' || text === 'modern' || text === 'signet') return text;
  throw new SignetError('OPTION_INVALID', `"${text}" in --dialect is none of legacy, d21, modern, signet.`);
}
