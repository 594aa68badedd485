import { join } from 'node:path';
import { toHex } from '../../src-shared/base/bytes.ts';
import { SignetError } from '../../src-shared/base/error.ts';
import { Secret } from '../../src-shared/base/secret.ts';
import type { ChipIdentity } from '../device/index.ts';
import { defaultDataFolder, openRunFolder } from '../records/index.ts';
import { readText } from './files.ts';
import { findKit } from './find-kit.ts';
import { parsePort } from './kit-address.ts';
import { type PlanOptions, planFromOptions } from './plan-from-options.ts';
import { ProvisionClient as Client } from './provision-client.ts';

export type { ProvisionEvent } from './provision-client.ts';

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
}

/** The headless client as a shell uses it. */
export type ProvisionClient = Client & { nameOf(chip: ChipIdentity): string };

/** Reads plan, key and folders; nothing is opened yet. Throws FILE_*, OPTION_INVALID, PLAN_UNSAFE. */
export function openClient(options: ClientOptions): ProvisionClient {
  const port = parsePort(options.port);
  if (port === undefined || port === 0) throw new SignetError('OPTION_INVALID', `"${options.port}" is no port number.`);
  const plan = planFromOptions(options);
  const { board } = options;
  const client = new Client({
    plan,
    board: board === undefined ? findKit : () => Promise.resolve(board),
    host: options.host,
    port,
    station: options.station,
    operator: options.operator,
    batch: options.batch,
    runs: openRunFolder(options.runs ?? join(defaultDataFolder(process.env), 'client')),
    ...(options.stationKeyFile === undefined ? {} : { stationKey: readStationKey(options.stationKeyFile) }),
  });
  return Object.assign(client, { nameOf: (chip: ChipIdentity) => toHex(chip.serialNumber) });
}

/** A station key file: 32 bytes as hex text. */
export function readStationKey(path: string): Secret {
  const text = readText(path, 'station key').trim();
  if (!/^[0-9a-fA-F]{64}$/.test(text)) throw new SignetError('FILE_INVALID', `The station key ${path} does not hold 32 bytes of hex.`, { path });
  return new Secret(Uint8Array.from(Buffer.from(text, 'hex')));
}
