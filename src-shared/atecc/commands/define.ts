import { byteAt } from '../../base/bytes.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import type { ChipFailure, Command, CommandName } from '../command.ts';
import { opcodes } from '../opcodes.ts';
import { buildPacket, describeDefect, parseResponse } from '../packet.ts';
import { chipStatus } from '../status.ts';
import { executionTime } from '../timing.ts';

/** What makes a command; the rest follows. */
export interface CommandParts<T> {
  readonly name: CommandName;
  readonly param1: number;
  /** The 16-bit number. */
  readonly param2: number;
  readonly data?: Uint8Array;
  readonly describe: string;
  /** Default true. */
  readonly repeatable?: boolean;
  /** Default false. */
  readonly irreversible?: boolean;
  decode(response: Uint8Array): Result<T, ChipFailure>;
}

/** Whether a use of a key is its only one: the key is LimitedUse or needs an authorisation that one use takes away. */
export interface KeyUse {
  /** True makes the command not repeatable (atecc-device.md 6). */
  readonly singleUse?: boolean;
}

/** The command of these parts. Throws RangeError when a part does not fit the packet. */
export function defineCommand<T>(parts: CommandParts<T>): Command<T> {
  const opcode = opcodes[parts.name];
  const data = parts.data ?? new Uint8Array(0);
  return {
    name: parts.name,
    opcode,
    packet: buildPacket({ opcode, param1: parts.param1, param2: parts.param2, data }),
    repeatable: parts.repeatable ?? true,
    irreversible: parts.irreversible ?? false,
    describe: parts.describe,
    executionTime: (part, divider) => executionTime(parts.name, part, divider),
    decode: parts.decode,
  };
}

/** The payload of an answer; a damaged frame is `malformed`. A 1-byte payload is a status and still inside. */
export function decodePayload(response: Uint8Array): Result<Uint8Array, ChipFailure> {
  const payload = parseResponse(response);
  return payload.ok ? payload : malformed(describeDefect(payload.failure));
}

/** Decoder of commands that answer with nothing but a status: success is undefined, everything else a failure. */
export function decodeDone(response: Uint8Array): Result<undefined, ChipFailure> {
  const payload = decodePayload(response);
  if (!payload.ok) return payload;
  if (payload.value.length !== 1) return malformed(`${payload.value.length} bytes instead of a status`);
  const status = byteAt(payload.value, 0);
  return status === chipStatus.success ? ok(undefined) : fail({ kind: 'status', status });
}

/** Decoder of commands that answer with exactly `length` bytes; a status is a failure, and success without data is malformed. */
export function decodeBytes(length: number): (response: Uint8Array) => Result<Uint8Array, ChipFailure> {
  return decodeAs([length], (bytes) => bytes);
}

/** Decoder of commands that answer with one of the given numbers of bytes, turned into a result by `read`. */
export function decodeAs<T>(
  lengths: readonly number[],
  read: (bytes: Uint8Array) => T,
): (response: Uint8Array) => Result<T, ChipFailure> {
  return (response) => {
    const payload = decodePayload(response);
    if (!payload.ok) return payload;
    const failure = statusFailure(payload.value);
    if (failure !== undefined) return failure;
    if (lengths.includes(payload.value.length)) return ok(read(payload.value));
    return malformed(`${payload.value.length} bytes of data instead of ${lengths.join(' or ')}`);
  };
}

/** Decoder of commands that answer, by mode or slot, either with success alone (`undefined`) or with data of the given lengths. */
export function decodeDoneOr<T>(
  lengths: readonly number[],
  read: (bytes: Uint8Array | undefined) => T,
): (response: Uint8Array) => Result<T, ChipFailure> {
  const withData = decodeAs(lengths, read);
  return (response) => {
    const done = decodeDone(response);
    return done.ok ? ok(read(undefined)) : withData(response);
  };
}

/** The failure in a payload that is a single status byte other than success. */
function statusFailure(payload: Uint8Array): { readonly ok: false; readonly failure: ChipFailure } | undefined {
  if (payload.length !== 1) return undefined;
  const status = byteAt(payload, 0);
  return status === chipStatus.success ? undefined : fail({ kind: 'status', status });
}

function malformed(reason: string): { readonly ok: false; readonly failure: ChipFailure } {
  return fail({ kind: 'malformed', reason });
}

/** Throws RangeError unless `bytes` has exactly one of these lengths: a caller's mistake. */
export function requireLength(what: string, bytes: Uint8Array, ...lengths: readonly number[]): void {
  if (!lengths.includes(bytes.length))
    throw new RangeError(`${what} of ${bytes.length} bytes, should be ${lengths.join(' or ')}`);
}

/** Throws RangeError unless the number is a slot, 0..15. */
export function requireSlot(slot: number): void {
  if (!Number.isInteger(slot) || slot < 0 || slot > 15) throw new RangeError(`slot ${slot} is not 0..15`);
}

/** P2 that names TempKey instead of a slot (608). */
export const TEMP_KEY = 0xffff;

/** "slot 3" or "TempKey", for descriptions. */
export function describeKey(keyId: number): string {
  return keyId === TEMP_KEY ? 'TempKey' : `slot ${keyId}`;
}
