import { join } from 'node:path';
import type { Command } from 'commander';
import { asSignetError, SignetError } from '../../../src-shared/base/error.ts';
import type { RunRecord } from '../../../src-shared/model/run-record.ts';
import { stages } from '../../../src-shared/model/stages.ts';
import { openClient, type ProvisionClient, type ProvisionEvent } from '../../line/client.ts';
import { exitCodeOf, exitCodes } from './exit-codes.ts';
import { hasKeyboard, listenKeys } from './terminal.ts';

interface ProvisionFlags {
  readonly certinfo: string;
  readonly config?: string;
  readonly host: string;
  readonly port: string;
  readonly board?: string;
  readonly plan?: string;
  readonly yes?: boolean;
  readonly count?: string;
  readonly lockSlots?: string;
  readonly data?: string;
  readonly dataLock?: string;
  readonly validate: boolean;
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

/** `signet provision`: the note's console client, its options and its dialogue. */
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
    .option('--plan <file>', 'A plan file instead of --certinfo, --config and the options below.')
    .option('--yes', 'Do not wait for ENTER.')
    .option('--count <n>', 'End after this many boards.')
    .option('--lock-slots <list>', 'Slots to lock one by one, for example 10,11,12.')
    .option('--data <file>', 'Data to write in stage 7 (JSON list of writes).')
    .option(
      '--data-lock <policy>',
      'fill+crc: write every block, lock by check sum; no-crc: planned data only.',
      'fill+crc',
    )
    .option('--no-validate', 'Leave stage 10 out.')
    .option('--json', 'One JSON object per event on standard output.')
    .option('--station <name>', 'Name of this station.', 'command line')
    .option('--station-key <file>', 'File with the key of this station, for servers that want it.')
    .option('--operator <name>', 'Who works here (a claim).', '')
    .option('--batch <name>', 'Production order.', '')
    .option('--unit <label>', 'Label of the unit.', '')
    .option('--runs <folder>', 'Folder for run records and reports not yet delivered.')
    .option('--device-definition <file>', 'Device certificate definition (C source), instead of the server’s.')
    .option('--signer-definition <file>', 'Signer certificate definition (C source), instead of the server’s.')
    .action(async (flags: ProvisionFlags) => {
      process.exitCode = await provision(flags);
    });
}

/** Parses "10,11,12". */
function slotList(text: string): readonly number[] {
  return text
    .split(',')
    .filter((part) => part.trim() !== '')
    .map((part) => {
      const slot = /^\s*\d{1,2}\s*$/.test(part) ? Number(part) : Number.NaN;
      if (!(slot >= 0 && slot <= 15))
        throw new SignetError('OPTION_INVALID', `"${part}" in --lock-slots is no slot (0 to 15).`);
      return slot;
    });
}

async function provision(flags: ProvisionFlags): Promise<number> {
  const speaker = flags.json === true ? jsonSpeaker() : dialogueSpeaker();
  const stop = new AbortController();
  let client: ProvisionClient | undefined;
  let interrupted = false;
  const interrupt = (): void => {
    interrupted = true;
    stop.abort();
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  try {
    const policy = flags.dataLock ?? 'fill+crc';
    if (policy !== 'fill+crc' && policy !== 'no-crc')
      throw new SignetError('OPTION_INVALID', `"${policy}" is no --data-lock policy (fill+crc or no-crc).`);
    const count = flags.count === undefined ? Number.POSITIVE_INFINITY : Number(flags.count);
    if (!(count >= 1)) throw new SignetError('OPTION_INVALID', `"${flags.count}" in --count is no number of boards.`);
    speaker.reading(flags.plan ?? flags.certinfo);
    client = openClient({
      certinfo: flags.certinfo,
      dataLock: policy,
      validate: flags.validate,
      host: flags.host,
      port: flags.port,
      station: flags.station,
      operator: flags.operator,
      batch: flags.batch,
      ...(flags.config === undefined ? {} : { config: flags.config }),
      ...(flags.plan === undefined ? {} : { plan: flags.plan }),
      ...(flags.lockSlots === undefined ? {} : { lockSlots: slotList(flags.lockSlots) }),
      ...(flags.data === undefined ? {} : { data: flags.data }),
      ...(flags.board === undefined ? {} : { board: flags.board }),
      ...(flags.stationKey === undefined ? {} : { stationKeyFile: flags.stationKey }),
      ...(flags.runs === undefined ? {} : { runs: flags.runs }),
      ...(flags.deviceDefinition === undefined ? {} : { deviceDefinition: flags.deviceDefinition }),
      ...(flags.signerDefinition === undefined ? {} : { signerDefinition: flags.signerDefinition }),
    });
    speaker.ok();
    speaker.connecting(`${flags.host}:${flags.port}`);
    await client.connect();
    speaker.ok();
    return await boards(client, { count, yes: flags.yes === true, unit: flags.unit }, speaker, stop);
  } catch (thrown) {
    const error = asSignetError(thrown);
    speaker.failed(error);
    return interrupted ? exitCodes.interrupted : exitCodeOf(error);
  } finally {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
    await client?.close();
  }
}

export async function boards(
  client: ProvisionClient,
  wish: { readonly count: number; readonly yes: boolean; readonly unit: string },
  speaker: Speaker,
  stop: AbortController,
): Promise<number> {
  let enter: (() => void) | undefined;
  const keyboard = hasKeyboard();
  const keys = wish.yes && !keyboard ? undefined : listenKeys((key) => (key === 'escape' ? stop.abort() : enter?.()));
  try {
    if (keyboard) speaker.line('Press ESC to quit.');
    let previous: readonly string[] = [];
    let failed = false;
    for (let done = 0; done < wish.count && !stop.signal.aborted; done += 1) {
      if (previous.length === 0) speaker.waiting();
      const chips = await client.waitForBoard(previous, () => speaker.removed(), stop.signal);
      if (chips === undefined) break;
      speaker.ok();
      const serials = chips.map((chip) => client.nameOf(chip));
      speaker.found(serials);
      if (!wish.yes) {
        speaker.line('Press ENTER to provision');
        await new Promise<void>((resolve) => {
          enter = resolve;
          stop.signal.addEventListener('abort', () => resolve(), { once: true });
        });
        enter = undefined;
        if (stop.signal.aborted) break;
      }
      let records: readonly RunRecord[];
      try {
        records = await client.provision(chips, (event) => speaker.event(event), stop.signal, wish.unit);
      } catch (thrown) {
        const error = asSignetError(thrown);
        speaker.failed(error);
        if (wish.count !== Number.POSITIVE_INFINITY)
          return exitCodeOf(error) === exitCodes.badInput ? exitCodes.badInput : exitCodes.boardFailed;
        failed = true;
        previous = serials;
        continue;
      }
      const bad = records.find((record) => record.outcome.kind !== 'PASS');
      if (bad === undefined) speaker.passed();
      else {
        speaker.outcome(bad);
        failed = true;
        if (bad.outcome.kind === 'FAULT' && wish.count !== Number.POSITIVE_INFINITY) {
          return bad.outcome.code === 'IMAGE_UNFIT' ||
            bad.outcome.code === 'PLAN_UNSAFE' ||
            bad.outcome.code === 'DATA_SOURCE' ||
            bad.outcome.code === 'SLOT_NOT_LOCKABLE'
            ? exitCodes.badInput
            : exitCodes.stationFault;
        }
        if (bad.outcome.kind === 'INTERRUPTED') return exitCodes.interrupted;
      }
      previous = serials;
    }
    if (stop.signal.aborted && wish.count !== Number.POSITIVE_INFINITY) return exitCodes.interrupted;
    return failed ? exitCodes.boardFailed : stop.signal.aborted && !keyboard ? exitCodes.interrupted : exitCodes.done;
  } finally {
    keys?.close();
  }
}

/** How the client speaks: the note's dialogue, or one JSON object per event. */
interface Speaker {
  reading(file: string): void;
  connecting(place: string): void;
  waiting(): void;
  removed(): void;
  ok(): void;
  line(text: string): void;
  found(serials: readonly string[]): void;
  event(event: ProvisionEvent): void;
  passed(): void;
  outcome(record: RunRecord): void;
  failed(error: SignetError): void;
}

const lineOf = new Map(stages.map((stage) => [stage.name, stage.line]));

/** The note's dialogue (Atmel-8971A 3.3.1). */
export function dialogueSpeaker(): Speaker {
  const out = (text: string): boolean => process.stdout.write(text);
  let open = false;
  const begin = (text: string): void => {
    out(`${text}...`);
    open = true;
  };
  const end = (text: string): void => {
    out(`${text}\n`);
    open = false;
  };
  return {
    reading: (file) => begin(`Reading provisioning config file ${file}`),
    connecting: (place) => begin(`Connecting to ${place}`),
    waiting: () => begin('Waiting for board to be connected'),
    removed: () => begin('Board removed. Waiting for board to be connected'),
    ok: () => end('ok'),
    line: (text) => out(`${text}\n`),
    found: (serials) => {
      for (const serial of serials) out(`Device SN: ${serial}\n`);
    },
    event(event) {
      if (event.event === 'stage') {
        const line = lineOf.get(event.stage) ?? event.stage;
        if (event.status === 'START') begin(line);
        else if (event.status === 'SKIPPED') out(`${line}...skipped\n`);
        else end(event.status === 'DONE' ? 'done' : 'error');
      }
      if (event.event === 'server-error') {
        if (open) end('error');
        out(`The server answered error ${event.code}: ${event.message}.\n`);
      }
    },
    passed: () => out('Provisioning successful! Please remove board\n'),
    outcome(record) {
      if (record.outcome.kind === 'PASS') return;
      const { stage, number, sentence, detail, next } = record.outcome;
      out(`Provisioning failed (${stage}-${String(number).padStart(2, '0')}): ${sentence}\n`);
      if (detail !== undefined && detail !== '') out(`  ${detail}\n`);
      out(`${whatNext[next]}\n`);
    },
    failed(error) {
      if (open) end('failed');
      process.stderr.write(`${error.message}\n`);
    },
  };
}

const whatNext: Readonly<Record<Exclude<RunRecord['outcome'], { kind: 'PASS' }>['next'], string>> = {
  retry: 'Nothing was changed on this board. It may be tried again.',
  resume: 'The board was begun; provision it again to resume.',
  validate: 'Please remove board',
  'set-aside': 'Set the board aside.',
  scrap: 'Scrap the board.',
  none: 'Nothing was changed on this board.',
};

function jsonSpeaker(): Speaker {
  const say = (event: object): boolean => process.stdout.write(`${JSON.stringify(event)}\n`);
  return {
    reading: (file) => say({ event: 'reading', file }),
    connecting: (place) => say({ event: 'connecting', server: place }),
    waiting: () => say({ event: 'waiting' }),
    removed: () => say({ event: 'removed' }),
    ok: () => undefined,
    line: () => undefined,
    found: (serials) => say({ event: 'board', serialNumbers: serials }),
    event: (event) => say(event),
    passed: () => say({ event: 'passed' }),
    outcome: () => undefined,
    failed: (error) => say({ event: 'error', code: error.code, number: error.number, message: error.message }),
  };
}

/** Default folder for run records of the command line. */
export function defaultRunsFolder(dataFolder: string): string {
  return join(dataFolder, 'client');
}
