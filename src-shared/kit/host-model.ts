import { parseHex, toHex } from '../base/bytes.ts';

/**
 * The other side of the Kit Protocol: what a host must answer so that every client, Microchip's own included, is content.
 * The C kit host of firmware/ and the documentation follow it, tests hold it against the vectors.
 * It differs from Microchip's own host on purpose: exactly two status digits (its `FFFFFFE2()` cannot be parsed by its own
 * client), device error packets passed on as data, well-formed answers for empty indices (kit-protocol.md 2, 3, 6).
 */

/** A chip or other device behind the host. */
export interface HostDevice {
  /** "ECC508A", "ECC608": without "AT", as clients compare the first four characters. */
  readonly name: string;
  readonly bus: 'TWI' | 'SWI' | 'SPI';
  readonly address: number;
}

/** The bus that the host drives. `undefined` = nothing answered. */
export interface HostBus {
  wake(device: HostDevice): Uint8Array | undefined;
  /** Sends a packet (count..CRC) and gives what came back, checked for nothing. */
  command(device: HostDevice, packet: Uint8Array): Uint8Array | undefined;
  idle(device: HostDevice): void;
  sleep(device: HostDevice): void;
  /** Whether an answer's CRC is right: atecc-device.md 2. */
  intact(answer: Uint8Array): boolean;
}

/** State of a host between two lines. */
export interface HostState {
  readonly devices: readonly HostDevice[];
  readonly selected: HostDevice | undefined;
}

/** What a line made of the host: the answer, newline included, and the state afterwards. */
export interface HostStep {
  readonly answer: string;
  readonly state: HostState;
}

const UNKNOWN_COMMAND = 0xc0;
const NO_DEVICE = 0xc5;
const NO_RESPONSE = 0xe7;
const BAD_RESPONSE = 0xe5;

/** A reply without words: two upper-case status digits, data in parentheses, newline. */
export function formatAnswer(status: number, data: Uint8Array = new Uint8Array(0)): string {
  return `${toHex(Uint8Array.of(status))}(${toHex(data)})\n`;
}

/** The answer to `board:device(index)`: the device, or the words that send every client on to the next index. */
export function formatDevice(device: HostDevice | undefined): string {
  if (device === undefined) return 'no_device TWI 00(00)\n';
  return `${device.name} ${device.bus} ${formatAnswer(0x00, Uint8Array.of(device.address))}`;
}

/** A request line taken apart: words between the colons, lower case, and the text of the parentheses if there are any. */
interface HostRequest {
  readonly words: readonly string[];
  readonly argument: string | undefined;
}

/** Splits a line at ":" and "("; text after ")" is ignored, a missing ")" forgiven. Undefined for a line without a word. */
function parseRequest(line: string): HostRequest | undefined {
  const text = line.replace(/[\0\r\n]/g, '').toLowerCase();
  const open = text.indexOf('(');
  const words = (open < 0 ? text : text.slice(0, open)).split(':');
  if (words.some((word) => !/^[a-z]+$/.test(word))) return undefined;
  const inside = open < 0 ? undefined : (text.slice(open + 1).split(')')[0] ?? '');
  return { words, argument: inside };
}

/** Whether `word` is `name` or the beginning of it. */
function abbreviates(word: string | undefined, name: string): boolean {
  return word !== undefined && word !== '' && name.startsWith(word);
}

/** First byte of a hex text; 0 when it holds none (`board:device()` asks for index 0). */
function leadingByte(text: string): number {
  const digits = /^[0-9a-f]{1,2}/.exec(text);
  return digits === null ? 0 : Number.parseInt(digits[0], 16);
}

/** One line in, one line out. `selected` is the first device until a select names another that exists. */
export function hostStep(state: HostState, bus: HostBus, line: string): HostStep {
  const stay = (answer: string): HostStep => ({ answer, state });
  const request = parseRequest(line);
  if (request === undefined || request.argument === undefined) return stay(formatAnswer(UNKNOWN_COMMAND));
  const [target, command, part] = request.words;
  const { argument } = request;

  if (abbreviates(target, 'board')) {
    if (!abbreviates(command, 'device')) return stay(formatAnswer(UNKNOWN_COMMAND));
    return stay(formatDevice(state.devices[leadingByte(argument)]));
  }
  if (!abbreviates(target, 'ecc') && !abbreviates(target, 'sha')) return stay(formatAnswer(UNKNOWN_COMMAND));
  if (abbreviates(command, 'physical')) {
    if (!abbreviates(part, 'select')) return stay(formatAnswer(UNKNOWN_COMMAND));
    const address = leadingByte(argument);
    const found = state.devices.find((device) => device.address === address);
    return { answer: formatAnswer(0x00), state: found === undefined ? state : { ...state, selected: found } };
  }
  const device = state.selected ?? state.devices[0];
  if (device === undefined) return stay(formatAnswer(NO_DEVICE));
  if (abbreviates(command, 'wake')) return stay(answerWake(bus, device));
  if (abbreviates(command, 'idle')) {
    bus.idle(device);
    return stay(formatAnswer(0x00));
  }
  if (abbreviates(command, 'sleep')) {
    bus.sleep(device);
    return stay(formatAnswer(0x00));
  }
  if (abbreviates(command, 'talk')) return stay(answerTalk(bus, device, argument));
  return stay(formatAnswer(UNKNOWN_COMMAND));
}

/** Two wake pulses at most; the token as data. */
function answerWake(bus: HostBus, device: HostDevice): string {
  const token = bus.wake(device) ?? bus.wake(device);
  return token === undefined ? formatAnswer(NO_RESPONSE) : formatAnswer(0x00, token);
}

/** Wake, command, idle; whatever the chip says, errors included, goes on as data. A chip that is awake already may not answer the wake: the command is sent all the same. */
function answerTalk(bus: HostBus, device: HostDevice, hex: string): string {
  const packet = parseHex(hex);
  if (packet === undefined || packet.length === 0) return formatAnswer(0xc3);
  if (bus.wake(device) === undefined) bus.wake(device);
  const answer = bus.command(device, packet);
  bus.idle(device);
  if (answer === undefined) return formatAnswer(NO_RESPONSE);
  return bus.intact(answer) ? formatAnswer(0x00, answer) : formatAnswer(BAD_RESPONSE);
}
