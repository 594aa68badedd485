import { type LibraryStatusName, libraryNameOfChipStatus } from '../atecc/library-status.ts';
import { byteAt, toHex } from '../base/bytes.ts';
import { packReports } from './hid-reports.ts';
import { lineBytes } from './requests.ts';

/**
 * How Microchip's own client sends and parses (cryptoauthlib 3.7.8), as pure functions: a host that satisfies this view
 * satisfies that client. Our own rules are in reply.ts, outcome.ts and discovery.ts and differ: this client skips every
 * character that is no hex digit, does not look at the kit status, and gives up at the first unparsable discovery answer.
 * Source: kit-protocol.md 6 and the vector file kit-frames.
 */

/** Buffers of its own, in bytes: they decide where a long line is cut. */
const LINE_BUFFER = 42;
const SHORT_LINE_BUFFER = 38;
const CONTROL_DATA_BUFFER = 10;
/** Bytes of a response that it can take, and reads in vain before it gives up on one (one at once, 1250 polls). */
const RESPONSE_BUFFER = 192;
const RESPONSE_READS = 1251;
const MAX_DEVICES = 8;

const NUL = '\0';

/** What it calls a device type in a kit's discovery; "unknown" for others. */
function stockKitName(devtype: string): string {
  const names: Readonly<Record<string, string>> = {
    ATSHA204A: 'SHA204A',
    ATSHA206A: 'SHA206A',
    ATECC108A: 'ECC108A',
    ATECC508A: 'ECC508A',
    ATECC608: 'ECC608',
    ECC204: 'ECC204',
  };
  return names[devtype] ?? 'unknown';
}

/** Its hex reader: everything but hex digits is skipped. `bytes` holds what was decoded when it stopped. */
function readHex(
  text: string,
  capacity: number,
): { status: LibraryStatusName; bytes: number[]; half: number | undefined } {
  const bytes: number[] = [];
  let half: number | undefined;
  for (const character of text) {
    if (!/[0-9A-Fa-f]/.test(character)) continue;
    if (bytes.length >= capacity) return { status: 'ATCA_SMALL_BUFFER', bytes, half };
    const digit = Number.parseInt(character, 16);
    if (half === undefined) {
      half = digit << 4;
    } else {
      bytes.push(half | digit);
      half = undefined;
    }
  }
  return { status: half === undefined ? 'ATCA_SUCCESS' : 'ATCA_BAD_PARAM', bytes, half };
}

/** A reply line as it parses it. `kitStatus` is undefined where no digit stood in the first two characters. */
export interface StockReply {
  readonly status: LibraryStatusName;
  readonly kitStatus: number | undefined;
  readonly data: Uint8Array | undefined;
}

/** Parses a line: characters 0 and 1 are the status, the data runs from character 3 to the first ")". */
export function stockParse(line: string, capacity: number = RESPONSE_BUFFER): StockReply {
  const head = readHex(line.slice(0, 2), 1);
  const kitStatus = head.bytes[0] ?? head.half;
  if (head.status !== 'ATCA_SUCCESS') return { status: head.status, kitStatus, data: undefined };
  const end = line.indexOf(')');
  if (end < 3) return { status: 'ATCA_GEN_FAIL', kitStatus, data: undefined };
  const body = readHex(line.slice(3, end), capacity);
  if (body.status !== 'ATCA_SUCCESS') return { status: body.status, kitStatus, data: undefined };
  return { status: 'ATCA_SUCCESS', kitStatus, data: Uint8Array.from(body.bytes) };
}

/** A line taken off a serial stream: `line` undefined when the stream ran dry before the newline. */
export interface StockLine {
  readonly line: string | undefined;
  readonly unread: string;
}

/**
 * Takes a line off a serial stream: NULs in front vanish, the first other character is taken unseen (a newline too),
 * then everything up to a newline or to the end of the buffer.
 */
export function stockReadLine(stream: string, buffer: number = LINE_BUFFER): StockLine {
  let at = 0;
  while (stream[at] === NUL) at += 1;
  if (at >= stream.length) return { line: undefined, unread: '' };
  const end = stream.indexOf('\n', at + 1);
  const room = at + buffer;
  if (end >= 0 && end < room) return { line: stream.slice(at, end), unread: stream.slice(end + 1) };
  if (stream.length >= room) return { line: stream.slice(at, room), unread: stream.slice(room) };
  return { line: undefined, unread: '' };
}

/** Its lines for wake, idle and sleep. */
export function stockControlLine(devtype: string, operation: 'wake' | 'idle' | 'sleep'): string {
  return `${stockKitName(devtype).charAt(0)}:${operation.charAt(0)}()\n`;
}

/** Its line for a packet (count..CRC). */
export function stockTalkLine(devtype: string, packet: Uint8Array): string {
  return `${stockKitName(devtype).charAt(0)}:t(${toHex(packet)})\n`;
}

/** A line as the HID reports it is sent in, without report ids. */
export function stockReports(line: string): Uint8Array[] {
  return packReports(lineBytes(line));
}

/** How it judges the bytes of a wake answer. */
function stockWakeStatus(token: Uint8Array): LibraryStatusName {
  const hex = toHex(token);
  if (hex === '04113343') return 'ATCA_SUCCESS';
  return hex === '0407C440' ? 'ATCA_STATUS_SELFTEST_ERROR' : 'ATCA_WAKE_FAILED';
}

/** How it judges a four-byte response; longer ones are never errors. */
function stockDeviceStatus(response: Uint8Array): LibraryStatusName {
  return response[0] === 0x04 ? libraryNameOfChipStatus(byteAt(response, 1)) : 'ATCA_SUCCESS';
}

/** A serial line to a kit as that client uses it: what is sent goes to `exchange`, which gives what then lies in the stream. */
export class StockSession {
  readonly sent: string[] = [];
  /** Reads that found too little in the stream. */
  failedReads = 0;
  #stream = '';
  readonly #devtype: string;
  readonly #exchange: (line: string) => string | undefined;
  readonly #crcIntact: (response: Uint8Array) => boolean;

  /** `crcIntact` judges a response by its own count byte over zero-filled space, as the client does. */
  constructor(
    devtype: string,
    exchange: (line: string) => string | undefined,
    crcIntact: (response: Uint8Array) => boolean,
  ) {
    this.#devtype = devtype;
    this.#exchange = exchange;
    this.#crcIntact = crcIntact;
  }

  /** What lies in the stream and was not taken. */
  get unread(): string {
    return this.#stream;
  }

  /** Its discovery and select (`kit_init`). An identity of 0 takes any address. */
  init(wanted: 'auto' | 'i2c' | 'swi' | 'spi' = 'auto', identity = 0): LibraryStatusName {
    const kitName = stockKitName(this.#devtype);
    const letter = kitName.charAt(0);
    const buses = { auto: undefined, i2c: 'TWI', swi: 'SWI', spi: 'SPI' } as const;
    for (let index = 0; index < MAX_DEVICES; index += 1) {
      this.#send(`board:device(${hexByte(index)})\n`);
      const line = this.#read(LINE_BUFFER);
      if (line === undefined) return 'ATCA_COMM_FAIL';
      const open = line.indexOf('(');
      const digits = /^\(\s*([0-9A-Fa-f]{1,2})/.exec(open < 0 ? '' : line.slice(open));
      if (digits === null) return 'ATCA_GEN_FAIL';
      const address = Number.parseInt(digits[1] ?? '', 16);
      const [name = '', bus = ''] = line.split(' ').filter((token) => token !== '');
      if (name.slice(0, 4) !== kitName.slice(0, 4) || (identity !== 0 && identity !== address)) continue;
      if (wanted !== 'auto') {
        if (bus !== buses[wanted]) continue;
        this.#send(`${letter}:physical:interface:${wanted}\n`);
        this.#read(LINE_BUFFER);
      }
      this.#send(`${letter}:physical:select(${hexByte(address)})\n`);
      return this.#read(LINE_BUFFER) === undefined ? 'ATCA_COMM_FAIL' : 'ATCA_SUCCESS';
    }
    return 'ATCA_NO_DEVICES';
  }

  /** Wake, idle or sleep, and how it judges the answer. */
  control(operation: 'wake' | 'idle' | 'sleep'): LibraryStatusName {
    this.#send(stockControlLine(this.#devtype, operation));
    const line = this.#read(operation === 'wake' ? LINE_BUFFER : SHORT_LINE_BUFFER);
    if (line === undefined) return 'ATCA_GEN_FAIL';
    const reply = stockParse(line, CONTROL_DATA_BUFFER);
    return operation === 'wake' ? stockWakeStatus(reply.data ?? new Uint8Array(0)) : reply.status;
  }

  /** One command: wake (twice when the first found no chip), talk, read until something parses, idle whatever came. */
  command(packet: Uint8Array): { status: LibraryStatusName; response: Uint8Array } {
    if (this.control('wake') === 'ATCA_WAKE_FAILED') this.control('wake');
    this.#send(stockTalkLine(this.#devtype, packet));
    const result = this.#response();
    this.control('idle');
    return result;
  }

  #response(): { status: LibraryStatusName; response: Uint8Array } {
    const none = new Uint8Array(0);
    for (let read = 0; read < RESPONSE_READS; read += 1) {
      const line = this.#read(2 * RESPONSE_BUFFER + SHORT_LINE_BUFFER);
      if (line === undefined) continue;
      const reply = stockParse(line);
      if (reply.status !== 'ATCA_SUCCESS' || reply.data === undefined) continue;
      if (reply.data.length === 0) return { status: 'ATCA_RX_NO_RESPONSE', response: none };
      if (reply.data.length < 4) return { status: 'ATCA_RX_FAIL', response: none };
      if (!this.#crcIntact(reply.data)) return { status: 'ATCA_RX_CRC_ERROR', response: none };
      return { status: stockDeviceStatus(reply.data), response: reply.data };
    }
    return { status: 'ATCA_GEN_FAIL', response: none };
  }

  #send(line: string): void {
    this.sent.push(line);
    this.#stream += this.#exchange(line) ?? '';
  }

  #read(buffer: number): string | undefined {
    const { line, unread } = stockReadLine(this.#stream, buffer);
    this.#stream = unread;
    if (line === undefined) this.failedReads += 1;
    return line;
  }
}

function hexByte(value: number): string {
  return value.toString(16).toUpperCase().padStart(2, '0');
}
