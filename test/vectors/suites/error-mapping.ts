import {
  type Command,
  checkMac,
  configAddress,
  counterRead,
  dataAddress,
  deriveKey,
  genDigSlot,
  genKeyCreate,
  infoRevision,
  type LibraryStatusName,
  libraryNameOfChipStatus,
  libraryNameOfDefect,
  libraryStatus,
  lockConfig,
  mac,
  noncePassThrough,
  parseResponse,
  random,
  read,
  signExternal,
  updateExtra,
  verifyExternal,
  write,
} from '../../../src-shared/atecc/index.ts';
import { bytesOf, compareAll, textOf } from '../fields.ts';
import { type Judge, wrong } from '../judge.ts';

/** A command under test: how many bytes of payload it answers with (1 = a status), and whether the caller gets them as data. */
export interface Operation {
  readonly command: Command<unknown>;
  readonly answerLength: number;
}

const zeros32 = new Uint8Array(32);
const operations: Readonly<Record<string, Operation>> = {
  info: { command: infoRevision(), answerLength: 4 },
  random: { command: random(), answerLength: 32 },
  lock: { command: lockConfig(), answerLength: 1 },
  genkey: { command: genKeyCreate(0), answerLength: 64 },
  sign: { command: signExternal(0), answerLength: 64 },
  write: { command: write(dataAddress(8, 0), zeros32), answerLength: 1 },
  updateextra: { command: updateExtra(0, 0), answerLength: 1 },
  checkmac: {
    command: checkMac(0, 0, { challenge: zeros32, response: zeros32, otherData: new Uint8Array(13) }),
    answerLength: 1,
  },
  read4: { command: read(configAddress(0), 4), answerLength: 4 },
  read32: { command: read(configAddress(0), 32), answerLength: 32 },
  derivekey: { command: deriveKey(0, false), answerLength: 1 },
  nonce: { command: noncePassThrough(zeros32), answerLength: 1 },
  gendig: { command: genDigSlot(0), answerLength: 1 },
  verify: { command: verifyExternal(new Uint8Array(64), new Uint8Array(64)), answerLength: 1 },
  mac: { command: mac(0, 0, zeros32), answerLength: 32 },
  counter: { command: counterRead(0), answerLength: 4 },
};

/** The operation of a name; undefined for one that we do not know. */
export function operationOf(name: string): Operation | undefined {
  return Object.hasOwn(operations, name) ? operations[name] : undefined;
}

/** What arrives at our decoder: the bytes of an answer, or nothing at all. */
type Received = Uint8Array | undefined;

/** The library's receive buffer: a larger count byte is not taken for the beginning of an answer. */
const I2C_LARGEST_COUNT = 192;

/**
 * An I2C master that reads the count byte first and then the rest. A count byte that cannot be one (below 4, or larger than the
 * buffer) makes it poll again; the chip goes on where the last read stopped (atecc-device.md 1). No rest: no answer.
 */
function receiveOverI2c(onTheWire: Uint8Array): Received {
  for (let at = 0; at < onTheWire.length; at += 1) {
    const count = onTheWire[at] ?? 0;
    if (count < 4 || count > I2C_LARGEST_COUNT) continue;
    const frame = onTheWire.slice(at, at + count);
    return frame.length > 1 ? frame : undefined;
  }
  return undefined;
}

/** A kit that prints all it has: `00(<hex>)`; nothing between the brackets is no answer (kit-protocol.md 2). */
function receiveOverKit(onTheWire: Uint8Array): Received {
  return onTheWire.length === 0 ? undefined : onTheWire;
}

interface Seen {
  readonly status: LibraryStatusName;
  readonly data: Uint8Array | null;
}

/** Our decoder's outcome in the library's words. */
function see({ command, answerLength }: Operation, received: Received): Seen {
  if (received === undefined) return { status: 'ATCA_RX_NO_RESPONSE', data: null };
  const decoded = command.decode(received);
  if (decoded.ok) {
    const payload = parseResponse(received);
    return { status: 'ATCA_SUCCESS', data: answerLength > 1 && payload.ok ? payload.value : null };
  }
  if (decoded.failure.kind === 'status') {
    return { status: libraryNameOfChipStatus(decoded.failure.status), data: null };
  }
  const frame = parseResponse(received);
  return { status: frame.ok ? 'ATCA_RX_FAIL' : libraryNameOfDefect(frame.failure), data: null };
}

/** error-mapping.json: a raw answer -> outcome of the whole call, through both transports. */
export const judge: Judge = (testCase) => {
  const operation = operationOf(textOf(testCase.in, 'operation'));
  if (operation === undefined) return wrong('unknown operation');
  const onTheWire = bytesOf(testCase.in, 'device_response');
  const i2c = see(operation, receiveOverI2c(onTheWire));
  const kit = see(operation, receiveOverKit(onTheWire));
  return compareAll(testCase.out, {
    i2c_status: libraryStatus[i2c.status],
    i2c_status_name: i2c.status,
    i2c_data: i2c.data,
    kit_status: libraryStatus[kit.status],
    kit_status_name: kit.status,
    kit_data: kit.data,
  });
};
