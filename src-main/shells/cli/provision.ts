import type { Command } from 'commander';
import { asSignetError, SignetError } from '../../../src-shared/base/error.ts';
import { openClient, type ProvisionClient } from '../../line/client.ts';
import { provisionBoards, Stop } from './boards.ts';
import { exitCodeOf, exitCodes } from './exit-codes.ts';
import { given, parseDataLock, parseNumber, parseSlots, refuseBesidePlan } from './options.ts';
import { onEnding } from './signals.ts';
import { dialogueSpeaker, jsonSpeaker } from './speaker.ts';
import { openTerminal, type Terminal } from './terminal.ts';

interface ProvisionFlags {
  readonly certinfo: string;
  readonly config?: string;
  readonly host: string;
  readonly port: string;
  readonly board?: string;
  readonly plan?: string;
  readonly yes?: boolean;
  readonly count?: string;
  readonly wait?: string;
  readonly lockSlots?: string;
  readonly data?: string;
  readonly dataLock: string;
  readonly validate: boolean;
  readonly validateOnly?: boolean;
  readonly acceptKey?: boolean;
  readonly rework?: boolean;
  readonly json?: boolean;
  readonly station: string;
  readonly stationKey?: string;
  readonly operator: string;
  readonly batch: string;
  readonly unit: string;
  readonly runs?: string;
  readonly deviceDefinition?: string;
  readonly signerDefinition?: string;
}

/** `signet provision`: the note's console client, its options (Atmel-8971A 3.4) and its dialogue (3.3.1). */
export function addProvision(program: Command): void {
  program
    .command('provision')
    .description('Provision boards: the console client of the application note.')
    .helpOption('--help', 'Show help.')
    .option(
      '--certinfo <filename>',
      'Path and file name for the provisioning configuration file. This is the atcaprov_cert_info_X.c file output when a signer module was set up. It contains information needed when requesting certificates from the provisioning server.',
      'atcaprov_cert_info_0.c',
    )
    .option(
      '--config <filename>',
      'Path and file name for the configuration zone data (128 bytes of hex as text). If omitted, a default configuration will be used.',
    )
    .option('--host <name/ip>', 'Provisioning server host name or IP address.', 'localhost')
    .option('--port <num>', 'Provisioning server port number.', '11235')
    .option(
      '--board <place>',
      'Where the board is: tcp:HOST:PORT or a serial port. If omitted, the first kit that is found.',
    )
    .option('--plan <file>', 'A plan file (JSON) instead of --certinfo, --config and the options of a plan below.')
    .option('--yes', 'Do not wait for ENTER.')
    .option('--count <n>', 'End after this many boards.')
    .option('--wait <seconds>', 'Give up when no board came within this time.')
    .option('--lock-slots <list>', 'Slots to lock one by one, for example 10,11,12.')
    .option('--data <file>', 'Data to write in stage 7 (JSON list of writes).')
    .option(
      '--data-lock <policy>',
      'fill+crc: write every block, lock by check sum; no-crc: planned data only.',
      'fill+crc',
    )
    .option('--no-validate', 'Leave stage 10 out.')
    .option('--validate-only', 'Change nothing; validate boards that are provisioned already.')
    .option('--accept-key', 'A supervisor accepted a key of unknown origin on these boards.')
    .option('--rework', 'A rework of these boards was recorded at the server.')
    .option('--json', 'One JSON object per event on standard output.')
    .option('--station <name>', 'Name of this station.', 'command line')
    .option('--station-key <file>', 'File with the key of this station, for servers that want it.')
    .option('--operator <name>', 'Who works here (a claim).', '')
    .option('--batch <name>', 'Production order.', '')
    .option('--unit <label>', 'Label of the unit.', '')
    .option('--runs <folder>', 'Folder for run records and reports not yet delivered.')
    .option('--device-definition <file>', 'Device certificate definition (C source), instead of the server’s.')
    .option('--signer-definition <file>', 'Signer certificate definition (C source), instead of the server’s.')
    .action(async (flags: ProvisionFlags, command: Command) => {
      refuseBesidePlan(command);
      process.exitCode = await provision(flags);
    });
}

/** Days, in seconds: the longest --wait. */
const longestWait = 864_000;

async function provision(flags: ProvisionFlags): Promise<number> {
  const dataLock = parseDataLock(flags.dataLock);
  const lockSlots = parseSlots(flags.lockSlots);
  const count = parseNumber('--count', flags.count, 'number of boards', 1, 100_000_000);
  const wait = parseNumber('--wait', flags.wait, 'number of seconds', 1, longestWait);
  const action = actionOf(flags);
  const terminal = openTerminal({ listen: process.stdin.isTTY === true || flags.yes !== true });
  const speaker = flags.json === true ? jsonSpeaker() : dialogueSpeaker(terminal);
  const stop = new Stop();
  const offEnding = onEnding(() => stop.tell('interrupted'));
  terminal.onKey((key) => stop.tell(key === 'escape' ? 'quit' : 'interrupted'));
  let client: ProvisionClient | undefined;
  try {
    speaker.reading(flags.plan ?? flags.certinfo);
    client = openClient({
      certinfo: flags.certinfo,
      dataLock,
      validate: flags.validate,
      host: flags.host,
      port: flags.port,
      station: flags.station,
      operator: flags.operator,
      batch: flags.batch,
      askSecret: (name) => askSecret(terminal, name, stop.signal),
      ...given({
        config: flags.config,
        plan: flags.plan,
        lockSlots,
        data: flags.data,
        board: flags.board,
        action,
        rework: flags.rework,
        stationKeyFile: flags.stationKey,
        runs: flags.runs,
        deviceDefinition: flags.deviceDefinition,
        signerDefinition: flags.signerDefinition,
      }),
    });
    speaker.ok();
    speaker.connecting(`${flags.host}:${flags.port}`);
    await client.connect();
    speaker.ok();
    if (terminal.interactive) speaker.escapeQuits();
    const wish = {
      yes: flags.yes === true,
      unit: flags.unit,
      ...given({ count, longestWaitMs: wait === undefined ? undefined : wait * 1000 }),
    };
    return await provisionBoards(client, wish, speaker, terminal, stop);
  } catch (thrown) {
    const error = asSignetError(thrown);
    speaker.failed(error);
    return stop.how === 'interrupted' ? exitCodes.interrupted : exitCodeOf(error);
  } finally {
    offEnding();
    if (terminal.unfinished) terminal.finish('');
    terminal.close();
    await client?.close();
  }
}

function actionOf(flags: ProvisionFlags): 'validate' | 'accept-key' | undefined {
  if (flags.validateOnly === true && flags.acceptKey === true)
    throw new SignetError('OPTION_INVALID', '--validate-only and --accept-key exclude each other.');
  if (flags.validateOnly === true) return 'validate';
  return flags.acceptKey === true ? 'accept-key' : undefined;
}

function askSecret(terminal: Terminal, name: string, signal: AbortSignal): Promise<string | undefined> {
  if (terminal.unfinished) terminal.finish('');
  return terminal.password(`Master secret "${name}" (hex): `, signal);
}
