import { createHash, randomBytes } from 'node:crypto';
import { defaultImage, fittingParts, parseConfigFile } from '../../src-shared/atecc/config/index.ts';
import { toHex, utf8 } from '../../src-shared/base/bytes.ts';
import { asSignetError, SignetError } from '../../src-shared/base/error.ts';
import { errorCodes } from '../../src-shared/base/error-codes.ts';
import { Secret } from '../../src-shared/base/secret.ts';
import { canonicalPlan, dataWriteSchema, type Plan, planSchema } from '../../src-shared/model/plan.ts';
import type { RunRecord } from '../../src-shared/model/run-record.ts';
import { type ChipIdentity, type KitLease, KitRegistry, takeFailureAsError } from '../device/index.ts';
import { CallbackChannel } from './embed-channel.ts';
import { openDevice } from './embed-device.ts';
import { type PreparedEntry, prepareEntry } from './prepared-entry.ts';
import { RequestClient } from './request-client.ts';
import { runProvisioning } from './run.ts';

/*
 * The provisioning library for programs of others (`signet/provisioning`), in the words of the application note (Atmel-8971A 5):
 * `provision` is atcaprov_provision, the callbacks are the user functions of atcaprov_user_funcs.h. The types of this file are written
 * out and import nothing, so that they can be read, and compiled, without anything else of this project.
 */

/** The parts that can be provisioned. */
export type Part = 'ATECC508A' | 'ATECC608';

/** ATCAPROV_STAGE_…, in their order (Atmel-8971A 5.5). */
export type Stage =
  | 'CONFIG_WRITE'
  | 'CONFIG_LOCK'
  | 'CONFIG_READ'
  | 'GEN_KEY'
  | 'CERTS_REQUEST'
  | 'CERTS_WRITE'
  | 'DATA_WRITE'
  | 'DATA_LOCK'
  | 'SLOTS_LOCK'
  | 'VALIDATE_CERTS';

/** ATCAPROV_STATUS_…: START or SKIPPED first; unless skipped, DONE or ERROR after it. */
export type Status = 'START' | 'SKIPPED' | 'DONE' | 'ERROR';

/** A byte stream to a kit that speaks the Kit Protocol: a serial port, a socket. */
export interface KitBytes {
  /** Resolves when the bytes were handed over; rejects when the stream is closed. */
  write(bytes: Uint8Array): Promise<void>;
  /** Called once: `data` with whatever arrives, `closed` when the other side or the cable has gone. */
  setReceiver(receiver: { data(bytes: Uint8Array): void; closed(reason: string): void }): void;
  /** The library closes the stream when the run has ended; may be called twice. */
  close(): Promise<void>;
  /** Where it leads, for records: "COM4". */
  readonly path?: string;
}

/**
 * A bus driver of one's own (the HAL of CryptoAuthLib). Every function is called alone; a rejection means that the way to the chip is
 * gone and ends the run.
 */
export interface ChipFunctions {
  /** Wakes the chips. False: the chip at this 8-bit address did not answer with 04 11 33 43. */
  wake(address: number): Promise<boolean>;
  /**
   * Sends a packet (count … CRC, without word address) and gives the answer packet (count … CRC) as soon as there is one; undefined
   * when none came within `timeoutMs`.
   */
  talk(address: number, packet: Uint8Array, timeoutMs: number): Promise<Uint8Array | undefined>;
  idle(address: number): Promise<void>;
  sleep(address: number): Promise<void>;
  /** 8-bit addresses at which chips may be; C0 when not given. */
  readonly addresses?: readonly number[];
  /** Where it leads, for records. */
  readonly path?: string;
}

/** One 32-byte block for stage 7. `slot` does not count for OTP. */
export interface DataBlock {
  readonly zone: 'data' | 'otp';
  readonly slot: number;
  readonly block: number;
  readonly bytes: Uint8Array;
}

/** The user functions. What may fail may throw or reject; the sentence of the error stands in the run's record. */
export interface Callbacks {
  /** atcaprov_certreq_start: a connection to the server is wanted now. Called again after `done` when a request is repeated. */
  start(): void | Promise<void>;
  /** atcaprov_certreq_send: all of it is to be sent, uninterpreted. */
  send(bytes: Uint8Array): void | Promise<void>;
  /**
   * atcaprov_certreq_recv: 1 to `expected` bytes as soon as there are any; called again for the rest. No bytes at all = the server closed.
   * The run gives up after `timeoutMs`; what arrives later belongs to nobody: `done` follows, and the connection should be closed.
   */
  receive(expected: number, timeoutMs: number): Uint8Array | Promise<Uint8Array>;
  /** atcaprov_certreq_done: the server is not needed any more for this chip. */
  done(): void | Promise<void>;
  /** atcaprov_request_error: the server answered with an error (`returnCodes` has the numbers). */
  requestError?(code: number, message: string): void;
  /** atcaprov_write_data_zone: further blocks for stage 7. Slots of certificates are refused. */
  writeDataZone?(chip: {
    readonly serialNumber: string;
    readonly configZone: Uint8Array;
  }): readonly DataBlock[] | Promise<readonly DataBlock[]>;
  /** atcaprov_notify */
  notify?(
    stage: Stage,
    status: Status,
    detail: {
      readonly elapsedMs: number;
      /** Why it was skipped, or what went wrong, in one sentence. */
      readonly note?: string;
      readonly code?: string;
    },
  ): void;
}

/** What a durable journal is told; a rejection before an irreversible stage ends the run as the station's fault. */
export type JournalEntry =
  | { readonly event: 'begin'; readonly runId: string; readonly serialNumber: string }
  | { readonly event: 'stage'; readonly runId: string; readonly stage: Stage; readonly status: Status }
  | { readonly event: 'end'; readonly runId: string; readonly result: ProvisionResult };

export interface ProvisionOptions {
  readonly device: KitBytes | ChipFunctions;
  readonly callbacks: Callbacks;
  /** Text of atcaprov_cert_info_X.c. */
  readonly certinfo: string;
  /** C sources of the certificate definitions, where the server's are not wanted. */
  readonly deviceDefinition?: string;
  readonly signerDefinition?: string;
  /** 128 bytes for the part (or parts) that they fit; the note's default configuration when not given. `configFromText` reads the note's file. */
  readonly config?: Uint8Array;
  /** The note's C interface has no data; this is the library's own: the list of `--data` in the README. */
  readonly data?: readonly unknown[];
  readonly dataLock?: 'fill+crc' | 'no-crc';
  /** Slots to lock one by one in stage 9. */
  readonly lockSlots?: readonly number[];
  /** Stage 10; true when not given. */
  readonly validate?: boolean;
  /** `resume` also takes a board on which everything is locked; `validate` changes nothing (atcaprov_validate). */
  readonly action?: 'provision' | 'resume' | 'validate' | 'accept-key';
  /** 8-bit address of the chip, where there are several. */
  readonly address?: number;
  /** Who asks: stands in the server's log as a claim, or authenticated by its key (32 bytes). */
  readonly station?: string;
  readonly stationKey?: Uint8Array;
  readonly operator?: string;
  readonly batch?: string;
  readonly unitLabel?: string;
  readonly journal?: (entry: JournalEntry) => void | Promise<void>;
  /** An AbortSignal; aborted = the run ends before its next stage. */
  readonly signal?: { readonly aborted: boolean };
}

export type Outcome =
  | { readonly kind: 'PASS' }
  | {
      /** FAIL: the board. FAULT: the station, the server, the way to the chip. */
      readonly kind: 'FAIL' | 'FAULT' | 'INTERRUPTED';
      /** A name of `returnCodes`, and its number. */
      readonly code: string;
      readonly number: number;
      /** 1..10; 0 = found before stage 1, with nothing done. */
      readonly stage: number;
      readonly sentence: string;
      readonly detail?: string | undefined;
      /** What may be done with the board now. */
      readonly next: 'retry' | 'resume' | 'validate' | 'set-aside' | 'scrap' | 'none';
    };

export interface ProvisionResult {
  readonly passed: boolean;
  readonly outcome: Outcome;
  readonly part: Part;
  /** 9 bytes, upper-case hex. */
  readonly serialNumber: string;
  /** X‖Y, upper-case hex; empty when the run did not come so far. So the next two. */
  readonly publicKey: string;
  readonly certificateSerial: string;
  readonly signerSerialNumber: string;
  /** The server had issued this certificate before. */
  readonly reissued: boolean;
  readonly lockedSlots: readonly number[];
  readonly stages: readonly { readonly stage: Stage; readonly status: Status; readonly durationMs: number }[];
  /** The whole run record, plain JSON; RESULT_REPORT takes it. */
  readonly record: unknown;
}

/** Wrong input, no chip, no kit: what no run was begun for. `code` is a name of `returnCodes`. */
export class ProvisioningError extends Error {
  override readonly name = 'ProvisioningError';
  readonly code: string;
  readonly number: number;

  constructor(code: string, number: number, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.number = number;
  }
}

/** atcaprov_return_codes.h: every error by name. Numbers never change. */
export const returnCodes: Readonly<Record<string, number>> = errorCodes;

/** The 128 bytes of a configuration file: hex as text (Atmel-8971A 3.5). Throws ProvisioningError with line and column. */
export function configFromText(text: string, fileName = 'configuration'): Uint8Array {
  return told(() => parseConfigFile(utf8(text), fileName));
}

/**
 * Provisions one chip: pre-flight and the ten stages, each notified. Whatever happens in the run is a result; ProvisioningError is thrown
 * for what cannot be begun. The way to the chip is closed at the end.
 */
export async function provision(options: ProvisionOptions): Promise<ProvisionResult> {
  const { device } = options;
  try {
    const plan = planOf(options);
    const [entry] = plan.entries;
    if (entry === undefined) throw new SignetError('PLAN_UNSAFE', 'There is nothing to do.');
    return await withChip(options, plan, prepareEntry(entry));
  } catch (thrown) {
    throw outward(thrown);
  } finally {
    // Closed already in most cases; a stream may be closed twice.
    if ('write' in device) await device.close().catch(() => undefined);
  }
}

async function withChip(options: ProvisionOptions, plan: Plan, prepared: PreparedEntry): Promise<ProvisionResult> {
  const registry = new KitRegistry({ now: () => performance.now(), isBound: () => true });
  const transport = await openDevice(options.device);
  try {
    const adopted = await registry.adopt(transport);
    const taken = registry.take(adopted.id, { role: 'tool', name: 'library' });
    if (!taken.ok) throw takeFailureAsError(taken.failure);
    if (adopted.kitClass !== 'plain' && adopted.kitClass !== 'hid')
      throw new SignetError('NEVER_A_SITE', 'This is a signer or root module, not a board; nothing was done to it.');
    return await run(options, plan, prepared, taken.value, chosen(adopted.chips, options.address));
  } finally {
    for (const kit of registry.kits()) await registry.remove(kit.id);
    if (!transport.closed) await transport.close();
  }
}

async function run(
  options: ProvisionOptions,
  plan: Plan,
  prepared: PreparedEntry,
  lease: KitLease,
  chip: ChipIdentity,
): Promise<ProvisionResult> {
  const { callbacks, journal = () => undefined, station = 'library' } = options;
  const { notify = () => undefined, requestError = () => undefined, writeDataZone } = callbacks;
  const software = 'signet/provisioning';
  const result = await runProvisioning({
    prepared,
    plan: { name: plan.name, version: plan.version, digest: sha256(canonicalPlan(plan)) },
    action: options.action ?? 'provision',
    board: {
      open: (address) => lease.chip(address),
      chip,
      kit: {
        name: lease.transport.kit.name,
        dialect: lease.transport.kit.dialect,
        path: lease.transport.description.path,
      },
    },
    client: new RequestClient(new CallbackChannel(callbacks), {
      station,
      site: '',
      software,
      ...(options.stationKey === undefined ? {} : { key: new Secret(Uint8Array.from(options.stationKey)) }),
    }),
    callbacks: {
      notify: (stage, status, detail) => notify.call(callbacks, stage, status, detail),
      requestError: (code, message) => requestError.call(callbacks, code, message),
      ...(writeDataZone === undefined
        ? {}
        : { writeDataZone: async (context) => writeDataZone.call(callbacks, context) }),
    },
    journal: {
      begin: async ({ runId, serialNumber }) => journal({ event: 'begin', runId, serialNumber }),
      stage: async (runId, stage, status) => journal({ event: 'stage', runId, stage, status }),
      end: async (record) => journal({ event: 'end', runId: record.runId, result: resultOf(record) }),
    },
    data: { random },
    requester: {
      station,
      site: '',
      software,
      operator: options.operator ?? '',
      operatorAuth: 'claimed',
      batch: options.batch ?? '',
      unitLabel: options.unitLabel ?? '',
    },
    runId: random(16),
    boardId: random(16),
    now: () => new Date(),
    monotonic: () => performance.now(),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  return resultOf(result.record);
}

function planOf(options: ProvisionOptions): Plan {
  const images: { ATECC508A?: string; ATECC608?: string } = {};
  const { config } = options;
  if (config !== undefined && config.length !== 128)
    throw new SignetError('OPTION_INVALID', `A configuration has 128 bytes, not ${config.length}.`);
  const parts = config === undefined ? (['ATECC508A', 'ATECC608'] as const) : fittingParts(config);
  // An image that fits no part is tried as the note's: pre-flight then says why it does not.
  for (const part of parts.length === 0 ? (['ATECC508A'] as const) : parts)
    images[part] = toHex(config ?? defaultImage(part));
  const data = dataWriteSchema
    .array()
    .max(64)
    .safeParse(options.data ?? []);
  if (!data.success) throw new SignetError('OPTION_INVALID', `The data are not valid: ${data.error.message}.`);
  const plan = planSchema.safeParse({
    format: 1,
    name: 'library',
    version: 1,
    entries: [
      {
        images,
        certinfo: options.certinfo,
        deviceDefinition: options.deviceDefinition ?? '',
        signerDefinition: options.signerDefinition ?? '',
        dataWrites: data.data,
        dataLock: options.dataLock ?? 'fill+crc',
        lockSlots: [...new Set(options.lockSlots ?? [])].sort((a, b) => a - b),
        validate: options.validate ?? true,
      },
    ],
  });
  if (plan.success) return plan.data;
  const [issue] = plan.error.issues;
  throw new SignetError('OPTION_INVALID', `${issue?.path.slice(2).join('.') ?? ''}: ${issue?.message ?? 'not valid'}.`);
}

function chosen(chips: readonly ChipIdentity[], address: number | undefined): ChipIdentity {
  const [chip, ...more] = address === undefined ? chips : chips.filter((found) => found.address === address);
  if (chip === undefined) throw new SignetError('NO_CHIP', 'No secure element answers.');
  if (more.length > 0)
    throw new SignetError('SEVERAL_CHIPS', `${more.length + 1} chips answer; say which one is meant by its address.`);
  return chip;
}

function resultOf(record: RunRecord): ProvisionResult {
  const { outcome, serialNumber, publicKey, certificateSerial, signerSerialNumber, reissued, lockedSlots } = record;
  return {
    passed: outcome.kind === 'PASS',
    outcome,
    part: record.part === 'ATECC608' ? 'ATECC608' : 'ATECC508A',
    serialNumber,
    publicKey,
    certificateSerial,
    signerSerialNumber,
    reissued,
    lockedSlots,
    stages: record.stages.map(({ stage, status, durationMs }) => ({ stage, status, durationMs })),
    record,
  };
}

function random(length: number): Uint8Array {
  return new Uint8Array(randomBytes(length));
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex').toUpperCase();
}

function told<T>(work: () => T): T {
  try {
    return work();
  } catch (thrown) {
    throw outward(thrown);
  }
}

function outward(thrown: unknown): unknown {
  if (thrown instanceof ProvisioningError) return thrown;
  const error = asSignetError(thrown);
  return new ProvisioningError(error.code, error.number, error.message, thrown);
}
