import { parseHex, toHex } from '../base/bytes.ts';

/**
 * The other side of the Kit Protocol: what a host must answer so that every client, Microchip's own included, is content.
 * The C kit host of firmware/ answers by it, line for line; tests hold it against the vectors, and the C against it.
 * It differs from Microchip's own host on purpose: exactly two status digits (its `FFFFFFE2()` cannot be parsed by its own
 * client), device error packets passed on as data, well-formed answers for empty indices, a name, any address may be selected,
 * and the switch of legacy kits that holds a chip awake (kit-protocol.md 2, 3, 6), with a third position in which talks share a
 * wake and may be sent ahead.
 * Times and faults of the wires are not in the model; the statuses for those are in firmware/README.md.
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
  /** One wake pulse: the device's four bytes. */
  wake(device: HostDevice): Uint8Array | undefined;
  /** Sends a packet (count..CRC) and gives what came back, checked for nothing. A device that is not awake does not answer. */
  command(device: HostDevice, packet: Uint8Array): Uint8Array | undefined;
  idle(device: HostDevice): void;
  /** Whatever the device did before, it sleeps afterwards; false when it can be neither reached nor woken. */
  sleep(device: HostDevice): boolean;
  /** Whether an answer's CRC is right: atecc-device.md 2. */
  intact(answer: Uint8Array): boolean;
}

/** State of a host between two lines. */
export interface HostState {
  /** What a search of the bus found, by index. */
  readonly devices: readonly HostDevice[];
  /** Undefined until a line selects: then the first device, or the factory's address. */
  readonly selected: HostDevice | undefined;
  /** Who wakes and idles; the host around every talk when not given. */
  readonly wrapping?: Wrapping;
  /** The last line was a talk to a device that is kept awake, and the device did it. */
  readonly unbroken?: boolean;
}

/** The client; the host around every talk; the host, but talks that follow each other share a wake. */
export type Wrapping = 'holds' | 'wraps' | 'keeps';

/** What a line made of the host: the answer, newline included, and the state afterwards. */
export interface HostStep {
  readonly answer: string;
  readonly state: HostState;
}

/** Longest line a host holds; the longest that a client has reason to send is `e:t(` and 155 bytes. */
const HOST_LINE_CHARACTERS = 384;

const HOST_NAME = 'SIGNETKIT';
const HOST_VERSION = Uint8Array.of(0x01, 0x00, 0x00);

const UNKNOWN_COMMAND = 0xc0;
const LINE_TOO_LONG = 0xc1;
const BAD_PARAMETER = 0xc3;
const BAD_INTERFACE = 0xc4;
const NO_WAKE = 0xd0;
const NO_RESPONSE = 0xe7;
const BAD_RESPONSE = 0xe5;

/** Every new chip's (atecc-device.md 1). */
const DEFAULT_ADDRESS = 0xc0;
/** I2C keeps the addresses outside these for itself. */
const LOWEST_ADDRESS = 0x10;
const HIGHEST_ADDRESS = 0xee;
const LONGEST_PACKET = 155;
const MOST_FIELDS = 4;
/** Bytes of an answer that is a status and nothing else. */
const STATUS_PACKET = 4;

/** A reply without words: two upper-case status digits, data in parentheses, newline. */
function formatAnswer(status: number, data: Uint8Array = new Uint8Array(0)): string {
  return `${toHex(Uint8Array.of(status))}(${toHex(data)})\n`;
}

/** The answer to `board:device(index)`: the device, or the words that send every client on to the next index. */
function formatDevice(device: HostDevice | undefined): string {
  if (device === undefined) return 'no_device TWI 00(00)\n';
  return `${device.name} ${device.bus} ${formatAnswer(0x00, Uint8Array.of(device.address))}`;
}

/**
 * The lines in a stretch of characters: CR ends one as LF does; NULs are nothing anywhere, characters that do not print are
 * nothing before a line; what holds no character is no line and gets no answer. What stands behind the last line end is lost.
 */
export function hostLines(characters: string): readonly string[] {
  const ended = characters.replaceAll('\0', '').split(/[\r\n]/);
  ended.pop();
  return ended.map((text) => text.replace(/^[^\x20-\x7e]+/, '')).filter((text) => text !== '');
}

/** A request line taken apart: words between the colons, lower case, and the text of the parentheses if there are any. */
interface HostRequest {
  readonly words: readonly string[];
  readonly argument: string | undefined;
}

/**
 * Splits a line at ":" and "("; a leading `lib…:` is skipped, blanks at the end are nothing. A missing ")" is forgiven where
 * nothing was to stand before it: half a packet must not look like a whole one. A number is the status for a line that is none.
 */
function parseRequest(line: string): HostRequest | number {
  const whole = line.replace(/[\0\r\n]/g, '');
  if (whole.length > HOST_LINE_CHARACTERS) return LINE_TOO_LONG;
  const text = whole.replace(/[ \t]+$/, '').toLowerCase();
  const open = text.indexOf('(');
  const head = open < 0 ? text : text.slice(0, open);
  if (head.includes(')')) return BAD_PARAMETER;
  const tail = open < 0 ? undefined : text.slice(open + 1);
  if (tail !== undefined && tail !== '' && !tail.endsWith(')')) return BAD_PARAMETER;
  const fields = head.split(':');
  const words = fields[0]?.startsWith('lib') === true ? fields.slice(1) : fields;
  if (fields.includes('') || words.length < 2 || words.length > MOST_FIELDS) return UNKNOWN_COMMAND;
  return { words, argument: tail?.replace(/\)$/, '') };
}

/** Whether `word` is `name` or the beginning of it. */
function abbreviates(word: string | undefined, name: string): boolean {
  return word !== undefined && word !== '' && name.startsWith(word);
}

/** One byte of one or two hex digits. */
function byteIn(text: string): number | undefined {
  return /^[0-9a-f]{1,2}$/.test(text) ? Number.parseInt(text, 16) : undefined;
}

/** One line in, one line out. */
export function hostStep(state: HostState, bus: HostBus, line: string): HostStep {
  const { unbroken, ...rest } = state;
  return lineStep(rest, bus, line, unbroken === true);
}

function lineStep(state: HostState, bus: HostBus, line: string, unbroken: boolean): HostStep {
  const request = parseRequest(line);
  if (typeof request === 'number') return { answer: formatAnswer(request), state };
  const [target] = request.words;
  if (abbreviates(target, 'board')) return boardStep(state, request);
  if (!abbreviates(target, 'ecc') && !abbreviates(target, 'sha')) return refuse(state, UNKNOWN_COMMAND);
  return abbreviates(request.words[1], 'physical')
    ? physicalStep(state, bus, request)
    : chipStep(state, bus, request, unbroken);
}

function refuse(state: HostState, status: number): HostStep {
  return { answer: formatAnswer(status), state };
}

function boardStep(state: HostState, { words, argument }: HostRequest): HostStep {
  const [, command] = words;
  if (words.length !== 2 || argument === undefined) return refuse(state, UNKNOWN_COMMAND);
  const number = byteIn(argument);
  if (abbreviates(command, 'device')) {
    // What is no number asks for the first, as with Microchip's own host. Looking for devices ends a hold.
    const index = number ?? 0;
    return { answer: formatDevice(state.devices[index]), state: index === 0 ? { ...state, wrapping: 'wraps' } : state };
  }
  if (abbreviates(command, 'version')) {
    return { answer: `${HOST_NAME} ${formatDevice(state.devices[0])}`, state: { ...state, wrapping: 'wraps' } };
  }
  if (abbreviates(command, 'firmware')) {
    if (number !== 0) return refuse(state, BAD_PARAMETER);
    return { answer: `${HOST_NAME} ${formatAnswer(0x00, HOST_VERSION)}`, state };
  }
  // There is no search in the background: it can be turned off, but not on. One letter means "device".
  if (command !== undefined && command.length >= 2 && abbreviates(command, 'discover')) {
    return refuse(state, number === 0 ? 0x00 : BAD_PARAMETER);
  }
  return refuse(state, UNKNOWN_COMMAND);
}

function physicalStep(state: HostState, bus: HostBus, { words, argument }: HostRequest): HostStep {
  const [, , part, name] = words;
  if (words.length === 4 && abbreviates(part, 'interface')) {
    return refuse(state, abbreviates(name, 'i2c') ? 0x00 : BAD_INTERFACE);
  }
  if (words.length !== 3 || argument === undefined || !abbreviates(part, 'select')) {
    return refuse(state, UNKNOWN_COMMAND);
  }
  // Bit 0 of the configured byte is not part of the address.
  const address = (byteIn(argument) ?? 0) & 0xfe;
  if (address < LOWEST_ADDRESS || address > HIGHEST_ADDRESS) return refuse(state, BAD_PARAMETER);
  if (state.wrapping === 'keeps') bus.idle(deviceOf(state));
  const selected = state.devices.find((device) => device.address === address) ?? unlisted(address);
  return { answer: formatAnswer(0x00), state: { ...state, selected } };
}

function unlisted(address: number): HostDevice {
  return { name: '', bus: 'TWI', address };
}

function deviceOf(state: HostState): HostDevice {
  return state.selected ?? state.devices[0] ?? unlisted(DEFAULT_ADDRESS);
}

function chipStep(state: HostState, bus: HostBus, { words, argument }: HostRequest, unbroken: boolean): HostStep {
  const [, command, digit = ''] = words;
  const device = deviceOf(state);
  if (words.length === 3 && argument !== undefined && abbreviates(command, 'next')) {
    if (!/^[0-9]$/.test(digit)) return refuse(state, BAD_PARAMETER);
    const step = unbroken ? talkStep(state, bus, device, argument) : refuse(state, NO_RESPONSE);
    return { ...step, answer: `${digit} ${step.answer}` };
  }
  if (words.length !== 2 || argument === undefined) return refuse(state, UNKNOWN_COMMAND);
  if (abbreviates(command, 'wake')) {
    const token = wake(bus, device);
    return { answer: token === undefined ? formatAnswer(NO_WAKE) : formatAnswer(0x00, token), state };
  }
  if (abbreviates(command, 'idle')) {
    bus.idle(device);
    return refuse(state, 0x00);
  }
  if (abbreviates(command, 'sleep')) return refuse(state, bus.sleep(device) ? 0x00 : NO_WAKE);
  if (abbreviates(command, 'talk')) return talkStep(state, bus, device, argument);
  if (abbreviates(command, 'auto')) {
    const wrapping = WRAPPINGS[byteIn(argument) ?? WRAPPINGS.length];
    if (wrapping === undefined) return refuse(state, BAD_PARAMETER);
    if (wrapping !== 'holds' || state.wrapping === 'keeps') bus.idle(device);
    return { answer: formatAnswer(0x00), state: { ...state, wrapping } };
  }
  return refuse(state, UNKNOWN_COMMAND);
}

/** Two wake pulses at most. A device that was awake and ignored the first is idled between the two; the model's bus sees to that. */
function wake(bus: HostBus, device: HostDevice): Uint8Array | undefined {
  return bus.wake(device) ?? bus.wake(device);
}

const WRAPPINGS: readonly Wrapping[] = ['holds', 'wraps', 'keeps'];

/**
 * Wake, command, idle; whatever the chip says, errors included, goes on as data. A chip that cannot be woken gets no command. One
 * that is kept awake is woken once for talks that go well; after one that does not, the next begins anew.
 */
function talkStep(state: HostState, bus: HostBus, device: HostDevice, hex: string): HostStep {
  const packet = parseHex(hex);
  if (packet === undefined || packet.length === 0 || packet.length > LONGEST_PACKET)
    return refuse(state, BAD_PARAMETER);
  if (state.wrapping === 'keeps') bus.idle(device);
  if (state.wrapping !== 'holds' && wake(bus, device) === undefined) return refuse(state, NO_WAKE);
  const answer = bus.command(device, packet);
  const well = answer !== undefined && bus.intact(answer) && (answer.length !== STATUS_PACKET || answer[1] === 0x00);
  const unbroken = state.wrapping === 'keeps' && well;
  if (state.wrapping !== 'holds' && !unbroken) bus.idle(device);
  const after = unbroken ? { ...state, unbroken } : state;
  if (answer === undefined) return { answer: formatAnswer(NO_RESPONSE), state: after };
  const text = bus.intact(answer) ? formatAnswer(0x00, answer) : formatAnswer(BAD_RESPONSE);
  return { answer: text, state: after };
}
