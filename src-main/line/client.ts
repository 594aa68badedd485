import { statSync } from 'node:fs';
import { join } from 'node:path';
import { parseHex, toHex } from '../../src-shared/base/bytes.ts';
import { SignetError } from '../../src-shared/base/error.ts';
import { Secret } from '../../src-shared/base/secret.ts';
import type { ChipIdentity } from '../device/index.ts';
import { kindOfPath } from '../hal/open-channel.ts';
import { defaultDataFolder, openRunFolder } from '../records/index.ts';
import { makeFolder, readText } from './files.ts';
import { findKit } from './find-kit.ts';
import { parsePort } from './kit-address.ts';
import { type PlanOptions, planFromOptions } from './plan-from-options.ts';
import { ProvisionClient as Client, type ProvisionClientOptions } from './provision-client.ts';

export type { BoardWait, ProvisionEvent } from './provision-client.ts';

export interface ClientOptions extends PlanOptions {
  readonly host: string;
  /** As typed. */
  readonly port: string;
  readonly board?: string;
  readonly station: string;
  readonly stationKeyFile?: string;
  readonly operator: string;
  readonly batch: string;
  readonly runs?: string;
  readonly action?: ProvisionClientOptions['action'];
  readonly rework?: boolean;
  /** Asks a person for a master secret of the plan, as text; undefined when nobody is there or it was given up. */
  readonly askSecret?: (name: string) => Promise<string | undefined>;
}

/** The headless client as a shell uses it. */
export type ProvisionClient = Client & { nameOf(chip: ChipIdentity): string };

/** Reads plan, key and folders; nothing is opened yet. Throws FILE_*, OPTION_INVALID, PLAN_UNSAFE. */
export function openClient(options: ClientOptions): ProvisionClient {
  const port = parsePort(options.port);
  if (port === undefined || port === 0)
    throw new SignetError('OPTION_INVALID', `"${options.port}" in --port is no port number.`);
  const { board, askSecret } = options;
  if (board !== undefined && kindOfPath(board) === undefined)
    throw new SignetError(
      'OPTION_INVALID',
      `"${board}" in --board is no place of a kit: expected tcp:HOST:PORT or a serial port.`,
    );
  const plan = planFromOptions(options);
  const stationKey = options.stationKeyFile === undefined ? undefined : readStationKey(options.stationKeyFile);
  const runs = options.runs ?? join(defaultDataFolder(process.env), 'client');
  makeFolder(runs, 'DATA_DIR', 'folder for run records');
  const client = new Client({
    plan,
    board: board === undefined ? findKit : () => Promise.resolve(board),
    host: options.host,
    port,
    station: options.station,
    operator: options.operator,
    batch: options.batch,
    runs: openRunFolder(runs),
    ...(options.action === undefined ? {} : { action: options.action }),
    ...(options.rework === undefined ? {} : { rework: options.rework }),
    ...(stationKey === undefined ? {} : { stationKey }),
    ...(askSecret === undefined ? {} : { askSecret: onceEach(askSecret) }),
  });
  return Object.assign(client, { nameOf: (chip: ChipIdentity) => toHex(chip.serialNumber) });
}

/** A station key file: 32 bytes as hex text, readable by its owner alone. Throws FILE_*. */
function readStationKey(path: string): Secret {
  const text = readText(path, 'station key').trim();
  const key = parseHex(text);
  if (key?.length !== 32)
    throw new SignetError('FILE_INVALID', `The station key ${path} does not hold 32 bytes of hex.`, { path });
  if (process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0)
    throw new SignetError('FILE_INVALID', `The station key ${path} can be read by others than its owner.`, { path });
  return new Secret(key);
}

/** Asks for each secret once; what was typed is hex of 16 to 64 bytes. */
function onceEach(ask: (name: string) => Promise<string | undefined>): (name: string) => Promise<Secret | undefined> {
  const known = new Map<string, Secret>();
  return async (name) => {
    const before = known.get(name);
    if (before !== undefined) return before;
    const typed = await ask(name);
    const bytes = typed === undefined ? undefined : parseHex(typed.replace(/\s+/g, ''));
    if (typed !== undefined && (bytes === undefined || bytes.length < 16 || bytes.length > 64))
      throw new SignetError('DATA_SOURCE', `What was typed for "${name}" is not 16 to 64 bytes of hex.`, { name });
    if (bytes === undefined) return undefined;
    const secret = new Secret(bytes);
    known.set(name, secret);
    return secret;
  };
}
