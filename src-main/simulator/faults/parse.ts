import { JsonReader } from '../json-reader.ts';
import { fromLatin1 } from '../octets.ts';
import type { Fault, FaultAction, FaultPoint, FaultScript, PacketFilter, Return, Side, TornWrite } from './fault.ts';

/**
 * A fault file's text as a script (form: README.md of this folder). Throws SimulatorError with the place and the reason.
 * `name` is what a person calls the file.
 */
export function parseFaults(text: string, name = 'faults'): FaultScript {
  const file = JsonReader.parse(text, name);
  file.only('format', 'version', 'seed', 'note', 'faults');
  file.field('format').oneOf('signet-faults');
  file.field('version').integer(1, 1);
  file.optional('note', (note) => note.string());
  return {
    seed: file.optional('seed', (seed) => seed.integer(0, 0x7fffffff)) ?? 1,
    faults: file.field('faults').items().map(parseFault),
  };
}

/** One fault as it stands in a file, for programs that build scripts. */
function parseFault(fault: JsonReader): Fault {
  const at = parsePoint(fault.field('at'));
  const times = fault.optional('times', (n) => n.integer(0, 1_000_000)) ?? (at.on.endsWith('chance') ? 0 : 1);
  const name = fault.field('do').string();
  const reader = actions[name];
  if (reader === undefined)
    return fault.field('do').fail(`"${name}" is no fault (known: ${Object.keys(actions).join(', ')})`);
  const rule = placeOf[at.on];
  if (!reader.places.includes(rule)) {
    return fault.field('do').fail(`"${name}" cannot strike at a ${rule} (only at a ${reader.places.join(' or ')})`);
  }
  fault.only('at', 'times', 'do', 'note', ...reader.fields);
  fault.optional('note', (note) => note.string());
  return { at, times: times === 0 ? Number.POSITIVE_INFINITY : times, action: reader.read(fault) };
}

type Place = 'packet' | 'line' | 'connection';

const placeOf: Readonly<Record<FaultPoint['on'], Place>> = {
  packet: 'packet',
  'packet-chance': 'packet',
  line: 'line',
  'line-chance': 'line',
  connection: 'connection',
};

/** Opcodes by the data sheet's names (atecc-device.md 3). */
const opcodes: Readonly<Record<string, number>> = {
  AES: 0x51,
  CheckMac: 0x28,
  Counter: 0x24,
  DeriveKey: 0x1c,
  ECDH: 0x43,
  GenDig: 0x15,
  GenKey: 0x40,
  HMAC: 0x11,
  Info: 0x30,
  KDF: 0x56,
  Lock: 0x17,
  MAC: 0x08,
  Nonce: 0x16,
  Pause: 0x01,
  PrivWrite: 0x46,
  Random: 0x1b,
  Read: 0x02,
  SecureBoot: 0x80,
  SelfTest: 0x77,
  SHA: 0x47,
  Sign: 0x41,
  UpdateExtra: 0x20,
  Verify: 0x45,
  Write: 0x12,
};

function parsePoint(at: JsonReader): FaultPoint {
  const count = (reader: JsonReader) => reader.integer(1, 1_000_000_000);
  if (at.has('packet')) {
    at.only('packet');
    return { on: 'packet', filter: {}, from: count(at.field('packet')) };
  }
  if (at.has('line')) {
    at.only('line');
    return { on: 'line', filter: {}, from: count(at.field('line')) };
  }
  if (at.has('connection')) {
    at.only('connection');
    return { on: 'connection', from: count(at.field('connection')) };
  }
  if (at.has('chance')) return parseChance(at);
  if (at.has('lineStartsWith')) {
    at.only('lineStartsWith', 'occurrence');
    const filter = { startsWith: at.field('lineStartsWith').string() };
    return { on: 'line', filter, from: at.optional('occurrence', count) ?? 1 };
  }
  if (at.has('opcode')) {
    at.only('opcode', 'p1', 'p2', 'address', 'occurrence');
    return { on: 'packet', filter: parsePacketFilter(at), from: at.optional('occurrence', count) ?? 1 };
  }
  return at.fail('needs one of packet, line, connection, opcode, lineStartsWith, chance');
}

function parseChance(at: JsonReader): FaultPoint {
  at.only('chance', 'of', 'opcode', 'p1', 'p2', 'address', 'lineStartsWith');
  const probability = at.field('chance').number(0, 1);
  if (at.field('of').oneOf('packet', 'line') === 'packet') {
    if (at.has('lineStartsWith')) at.fail('"lineStartsWith" belongs to lines');
    return { on: 'packet-chance', filter: parsePacketFilter(at), probability };
  }
  for (const name of ['opcode', 'p1', 'p2', 'address']) if (at.has(name)) at.fail(`"${name}" belongs to packets`);
  const startsWith = at.optional('lineStartsWith', (text) => text.string());
  return { on: 'line-chance', filter: startsWith === undefined ? {} : { startsWith }, probability };
}

function parsePacketFilter(at: JsonReader): PacketFilter {
  const opcode = at.optional('opcode', (reader) => opcodes[reader.string()] ?? reader.hexNumber(2));
  const p1 = at.optional('p1', (reader) => reader.hexNumber(2));
  const p2 = at.optional('p2', (reader) => reader.hexNumber(4));
  const address = at.optional('address', (reader) => reader.hexNumber(2));
  return {
    ...(opcode === undefined ? {} : { opcode }),
    ...(p1 === undefined ? {} : { p1 }),
    ...(p2 === undefined ? {} : { p2 }),
    ...(address === undefined ? {} : { address }),
  };
}

interface ActionReader {
  readonly places: readonly Place[];
  readonly fields: readonly string[];
  read(fault: JsonReader): FaultAction;
}

const side = (fault: JsonReader): Side => fault.optional('when', (when) => when.oneOf('before', 'after')) ?? 'before';
const byte = (fault: JsonReader) => fault.optional('byte', (n) => n.integer(0, 4096));
const xor = (fault: JsonReader) => fault.optional('xor', (n) => n.hexNumber(2)) ?? 0x01;

function back(fault: JsonReader): Return {
  return (
    fault.optional('back', (reader): Return => {
      if (typeof reader.raw === 'string') return { kind: reader.oneOf('at-once', 'never') };
      reader.only('afterMs');
      return { kind: 'after', ms: reader.field('afterMs').number(0, 3_600_000) };
    }) ?? { kind: 'at-once' }
  );
}

function torn(fault: JsonReader): Partial<TornWrite> {
  const newWords = fault.optional('newWords', (mask) => mask.hexNumber(4));
  const key = fault.optional('key', (word) => word.oneOf('old', 'new', 'garbage-valid', 'garbage-invalid'));
  return { ...(newWords === undefined ? {} : { newWords }), ...(key === undefined ? {} : { key }) };
}

function readPowerCut(fault: JsonReader): FaultAction {
  const when = fault.optional('when', (word) => word.oneOf('before', 'during', 'after')) ?? 'before';
  if (when !== 'during') {
    for (const name of ['newWords', 'key']) if (fault.has(name)) fault.fail(`"${name}" needs "when": "during"`);
  }
  const scope = fault.optional('scope', (word) => word.oneOf('board', 'chip')) ?? 'board';
  return { do: 'power-cut', when, scope, back: back(fault), torn: torn(fault) };
}

function readGarbage(fault: JsonReader): FaultAction {
  const text = fault.optional('text', (reader) => fromLatin1(reader.string()));
  const raw = fault.optional('hex', (reader) => reader.hex());
  if ((text === undefined) === (raw === undefined)) fault.fail('garbage needs either "text" or "hex"');
  const where = fault.optional('where', (word) => word.oneOf('before', 'after', 'instead')) ?? 'before';
  return { do: 'garbage', bytes: text ?? raw ?? new Uint8Array(), where };
}

function readBitRot(fault: JsonReader): FaultAction {
  const zone = fault.field('zone').oneOf('config', 'otp', 'data');
  const slot = fault.optional('slot', (n) => n.integer(0, 15)) ?? 0;
  if (zone !== 'data' && fault.has('slot')) fault.fail('"slot" belongs to the data zone');
  const size = zone === 'config' ? 128 : zone === 'otp' ? 64 : slot < 8 ? 36 : slot === 8 ? 416 : 72;
  return { do: 'bit-rot', zone, slot, offset: fault.field('offset').integer(0, size - 1), xor: xor(fault) };
}

const anywhere: readonly Place[] = ['packet', 'line', 'connection'];

const actions: Readonly<Record<string, ActionReader>> = {
  'drop-command': { places: ['packet'], fields: [], read: () => ({ do: 'drop-command' }) },
  'drop-answer': { places: ['packet'], fields: [], read: () => ({ do: 'drop-answer' }) },
  'corrupt-command': {
    places: ['packet'],
    fields: ['byte', 'xor'],
    read: (fault) => ({ do: 'corrupt-command', byte: byte(fault), xor: xor(fault) }),
  },
  'corrupt-answer': {
    places: ['packet'],
    fields: ['byte', 'xor', 'reads'],
    read: (fault) => ({
      do: 'corrupt-answer',
      byte: byte(fault),
      xor: xor(fault),
      reads: fault.optional('reads', (n) => n.integer(1, 1000)) ?? 1,
    }),
  },
  delay: {
    places: ['packet'],
    fields: ['ms'],
    read: (fault) => ({ do: 'delay', ms: fault.field('ms').number(0, 600_000) }),
  },
  duplicate: { places: ['packet'], fields: [], read: () => ({ do: 'duplicate' }) },
  nack: { places: ['packet'], fields: [], read: () => ({ do: 'nack' }) },
  watchdog: { places: ['packet'], fields: ['when'], read: (fault) => ({ do: 'watchdog', side: side(fault) }) },
  'wrong-key': { places: ['packet'], fields: [], read: () => ({ do: 'wrong-key' }) },
  'power-cut': {
    places: ['packet'],
    fields: ['when', 'scope', 'back', 'newWords', 'key'],
    read: readPowerCut,
  },
  unplug: {
    places: anywhere,
    fields: ['when', 'back'],
    read: (fault) => ({ do: 'unplug', side: side(fault), back: back(fault) }),
  },
  'remove-chip': {
    places: anywhere,
    fields: ['when', 'backAfterLines'],
    read: (fault) => ({
      do: 'remove-chip',
      side: side(fault),
      backAfterLines: fault.optional('backAfterLines', (n) => n.integer(1, 1_000_000)),
    }),
  },
  'stick-bus': {
    places: anywhere,
    fields: ['when', 'freeAfterLines'],
    read: (fault) => ({
      do: 'stick-bus',
      side: side(fault),
      freeAfterLines: fault.optional('freeAfterLines', (n) => n.integer(1, 1_000_000)),
    }),
  },
  'swap-chip': { places: anywhere, fields: ['when'], read: (fault) => ({ do: 'swap-chip', side: side(fault) }) },
  'bit-rot': { places: anywhere, fields: ['zone', 'slot', 'offset', 'xor'], read: readBitRot },
  'drop-line': { places: ['line'], fields: [], read: () => ({ do: 'drop-line' }) },
  'drop-reply': { places: ['line'], fields: [], read: () => ({ do: 'drop-reply' }) },
  'corrupt-reply': {
    places: ['line'],
    fields: ['byte', 'xor'],
    read: (fault) => ({ do: 'corrupt-reply', byte: byte(fault), xor: xor(fault) }),
  },
  'truncate-reply': {
    places: ['line'],
    fields: ['characters', 'lineFeed'],
    read: (fault) => ({
      do: 'truncate-reply',
      characters: fault.field('characters').integer(0, 4096),
      lineFeed: fault.optional('lineFeed', (flag) => flag.boolean()) ?? true,
    }),
  },
  'delay-reply': {
    places: ['line'],
    fields: ['ms'],
    read: (fault) => ({ do: 'delay-reply', ms: fault.field('ms').number(0, 600_000) }),
  },
  'duplicate-line': { places: ['line'], fields: [], read: () => ({ do: 'duplicate-line' }) },
  'duplicate-reply': { places: ['line'], fields: [], read: () => ({ do: 'duplicate-reply' }) },
  garbage: { places: ['line', 'connection'], fields: ['text', 'hex', 'where'], read: readGarbage },
  echo: { places: ['line'], fields: [], read: () => ({ do: 'echo' }) },
  'rewrite-reply': {
    places: ['line'],
    fields: ['as'],
    read: (fault) => ({
      do: 'rewrite-reply',
      as: fault.field('as').oneOf('crlf', 'lower-case', 'nul-padded', 'split'),
    }),
  },
  silent: { places: ['line', 'connection'], fields: [], read: () => ({ do: 'silent' }) },
};
