import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  decodeConfig,
  defaultImage,
  formatConfigFile,
  lintConfig,
  parseConfigFile,
} from '../../src-shared/atecc/config/index.ts';
import {
  buildResponse,
  counterRead,
  genKeyPublic,
  infoKeyValid,
  infoState,
  lockConfig,
  random,
  read,
  selfTest,
  signExternal,
} from '../../src-shared/atecc/index.ts';
import { SignetError } from '../../src-shared/base/error.ts';
import {
  decodeCertificate,
  decodeCompressed,
  decodeDefinition,
  decodeDer,
  encodeDefinition,
  lintDefinition,
  locationsToRead,
  parseCSourceBytes,
  profileDefaults,
  profileDefinitions,
  readCertInfo,
  readCertificate,
  rebuildCertificate,
} from '../../src-shared/certificates/index.ts';
import {
  deviceOf,
  kitNameOf,
  LineSplitter,
  parseReply,
  plainOutcome,
  talkOutcome,
  wakeOutcome,
} from '../../src-shared/kit/index.ts';
import { decodeMessage, encodeMessage } from '../../src-shared/wire/codec.ts';
import { FrameDecoder, MAX_BODY } from '../../src-shared/wire/frame.ts';
import type { Message } from '../../src-shared/wire/messages.ts';
import { softwareSigner } from '../provisioning/software-signer.ts';
import { logFiles } from './log-target.ts';
import { seedsOf, type Target, text } from './target.ts';

/** Reads of a function that may refuse in one listed way. */
function refusing<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (thrown) {
    if (thrown instanceof SignetError && thrown.code !== 'INTERNAL') return undefined;
    throw thrown;
  }
}

const signer = softwareSigner();
const { identity } = signer;

/** Commands whose answers are of every kind there is. */
const commands = [
  read({ zone: 'config', slot: 0, block: 0, word: 0 }, 32),
  read({ zone: 'config', slot: 0, block: 2, word: 5 }, 4),
  genKeyPublic(0),
  infoKeyValid(0),
  infoState(),
  lockConfig(0),
  random(),
  counterRead(0),
  selfTest(),
  signExternal(0),
];

/** Reads an answer as every command would, and again with its count and CRC made right, so that what lies behind is reached. */
function readAnswer(packet: Uint8Array): void {
  const framed = packet.length < 4 || packet.length > 200 ? packet : buildResponse(packet.subarray(1, -2));
  for (const { decode } of commands) {
    decode(packet);
    decode(framed);
  }
}

function kitLines(): Target {
  const dialects = ['legacy', 'd21', 'modern'] as const;
  return {
    name: 'kit-lines',
    corpus: seedsOf(
      'kit-lines',
      ...[
        '00(04113343)\n',
        'AT88CK590 00(010005)\n',
        'ECC108 TWI 00(C0)\n',
        'ECC508A TWI 00(C0)\n',
        'no_device 00()\n',
        'FFFFFFF4()\n',
        '00(4300112233445566778899AABBCCDDEEFF)\n',
        'C0()\nE7()\nF0()\n',
        'CK590 ECC108 TWI 00(C0)\n',
        `00(07${'00'.repeat(60)})\n`,
      ].map(text),
    ),
    words: ['00(', ')\n', '()', '\r\n', 'ECC108 ', 'TWI ', 'FFFFFF', '\u0000', ' ', '          ', '((', 'b:v()\n'],
    longest: 6000,
    window: 300,
    run(input) {
      const splitter = new LineSplitter();
      const middle = input.length >> 1;
      for (const piece of [input.subarray(0, middle), input.subarray(middle)]) {
        for (const line of splitter.push(piece)) {
          if (line.kind === 'overlong') continue;
          const reply = parseReply(line.text);
          if (!reply.ok) continue;
          kitNameOf(reply.value);
          deviceOf(0, reply.value);
          plainOutcome(reply.value);
          for (const dialect of dialects) {
            const outcome = talkOutcome({ dialect, wraps: true }, reply.value);
            if (outcome.kind === 'answer') readAnswer(outcome.packet);
            wakeOutcome({ dialect, wraps: false }, reply.value);
          }
        }
      }
      if (splitter.pending.length > 80) throw new Error('more than 80 characters are shown of a line');
    },
  };
}

function messages(): readonly Message[] {
  const selection = {
    chainId: 1,
    signerCaPublicKey: new Uint8Array(64).fill(7),
    deviceTemplateId: 2,
    signerTemplateId: 1,
  };
  const zone = { configZone: new Uint8Array(128), publicKey: new Uint8Array(64) };
  return [
    { name: 'HELLO', clientName: 'c', softwareVersion: '1', station: 's', site: '1' },
    {
      name: 'HELLO_OK',
      serverName: 's',
      timeMs: 1,
      sessionId: new Uint8Array(16),
      maxBody: 65_536,
      features: 15,
      nonce: new Uint8Array(32),
    },
    { name: 'AUTH', station: 'Linie 3', code: new Uint8Array(32) },
    { name: 'CERT_REQUEST', ...zone, selection, operator: 'o', batch: 'b', unitLabel: 'u', maxReplyBody: 4096 },
    {
      name: 'CERT_REPLY',
      signerSerialNumber: new Uint8Array(9),
      signerName: 'n',
      signerId: new Uint8Array(2),
      deviceCertificate: identity.certificate,
      signerCertificate: identity.certificate,
      deviceCompressed: new Uint8Array(72),
      signerCompressed: new Uint8Array(72),
      signerPublicKey: new Uint8Array(64),
      writeItems: [{ zone: 2, slot: 10, offset: 0, data: new Uint8Array(32) }],
      privateKeySlot: 0,
      flags: 1,
      certificateSerial: new Uint8Array(16),
      logReference: { sequence: 3, rowHash: new Uint8Array(32) },
    },
    { name: 'VALIDATION_REQUEST', selection },
    {
      name: 'RESULT_REPORT',
      outcome: 'FAIL',
      stage: 3,
      code: 4,
      text: 't',
      durationMs: 5,
      runId: new Uint8Array(16),
      startMs: 6,
      endMs: 7,
      planDigest: new Uint8Array(32),
      runRecord: text('{}'),
    },
    { name: 'LOOKUP', ...zone, selection },
    { name: 'LOOKUP_OK', state: 'same-key', logReference: { sequence: 1, rowHash: new Uint8Array(32) } },
    { name: 'WORKING', queuePosition: 3, reason: 1 },
    { name: 'ERROR', code: 37, message: 'no', retryable: true, retryAfterMs: 10 },
    { name: 'PING' },
  ];
}

function atprFrames(): Target {
  return {
    name: 'atpr-frames',
    corpus: seedsOf('atpr-frames', ...messages().map((message, i) => encodeMessage(message, i))),
    words: [
      'ATPR',
      '\u0001\u0000',
      '\u0000\u0010',
      '\u0080\u0010',
      '\u0001\u0001',
      '\u0002\u0020\u0000\u0024',
      '\u00ff\u00ff',
    ],
    longest: 70_000,
    window: 4000,
    run(input) {
      const decoder = new FrameDecoder();
      let held = 0;
      for (let start = 0; start < input.length; ) {
        const piece = input.subarray(start, start + 1 + ((start * 7) % 600));
        start += piece.length;
        for (const event of decoder.push(piece)) {
          if (event.kind !== 'frame') continue;
          held = Math.max(held, event.frame.body.length);
          const decoded = decodeMessage(event.frame);
          // What was understood can be said again.
          if (decoded.ok) encodeMessage(decoded.value, event.frame.transaction);
        }
      }
      if (held > MAX_BODY) throw new Error('a body larger than the limit');
    },
  };
}

function sampleSources(): readonly Uint8Array[] {
  const folder = fileURLToPath(new URL('../certificates/samples/', import.meta.url));
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => /\.[ch]$/.test(path) && statSync(path).isFile())
    .map((path) => new Uint8Array(readFileSync(path)));
}

const cWords = [
  '#define X ',
  '#if ',
  '#endif\n',
  '#include "x"\n',
  '{',
  '}',
  '(((((((',
  ')))))))',
  'sizeof(',
  'const uint8_t a[] = {',
  'atcacert_def_t d = {',
  '.type = ',
  '0x',
  '"\\x41',
  "'\\n'",
  '/*',
  '*/',
  '//',
  '\\\n',
  ' << 31',
  '4294967295',
  'X X X',
  '#define X X X\n',
  ',',
  ';',
];

function cSource(): Target {
  return {
    name: 'c-source',
    corpus: seedsOf('c-source', ...sampleSources()),
    words: cWords,
    longest: 20_000,
    window: 500,
    run(input) {
      const parsed = parseCSourceBytes(input);
      if (parsed.ok) {
        for (const { definition } of parsed.value.definitions) {
          const encoded = encodeDefinition(definition);
          if (encoded.ok && !decodeDefinition(encoded.value).ok)
            throw new Error('a definition that cannot be read again');
          lintDefinition(definition, { role: 'device', hasSerialGenerator: false });
        }
        return;
      }
      const { line, column } = parsed.failure;
      if (!(line >= 1 && column >= 1)) throw new Error(`a fault at ${line}:${column}`);
    },
  };
}

function certInfo(): Target {
  return {
    name: 'certinfo',
    corpus: seedsOf('certinfo', text(signer.certinfo)),
    words: [...cWords, 'atcaprov_cert_info_t', 'g_ca_public_key', '.chain_id', '.ca_public_key'],
    longest: 20_000,
    window: 1200,
    run(input) {
      readCertInfo([{ fileName: 'a.c', text: Buffer.from(input).toString('utf8') }]);
    },
  };
}

function compressed(): Target {
  const pair = profileDefinitions('atmel-2015', profileDefaults('atmel-2015'));
  if (!pair.ok) throw new Error('no definitions');
  const { device, signer: signerDefinition } = pair.value;
  const encoded = encodeDefinition(device);
  return {
    name: 'compressed-certificates',
    corpus: seedsOf(
      'compressed-certificates',
      identity.compressedCertificate,
      Uint8Array.from([...identity.compressedCertificate, ...identity.publicKey, ...new Uint8Array(64)]),
      identity.certificate,
      ...(encoded.ok ? [encoded.value] : []),
    ),
    words: ['\u0000', '\u00ff'.repeat(8), '\u0030\u0082', '\u0002\u0001', 'CN=', '\u0080\u0000', '\u0017\u000d'],
    longest: 2100,
    window: 600,
    run(input) {
      decodeCompressed(input.subarray(0, 72));
      for (const definition of input.length % 2 === 0 ? [device] : [signerDefinition]) {
        let at = 0;
        const contents = locationsToRead(definition).map((location) => {
          const bytes = new Uint8Array(location.count);
          bytes.set(input.subarray(at, at + location.count));
          at += location.count;
          return { location, bytes };
        });
        const rebuilt = rebuildCertificate(definition, identity.publicKey, contents);
        if (rebuilt.ok) readCertificate(definition, rebuilt.value);
        readCertificate(definition, input);
      }
      decodeDer(input);
      decodeCertificate(input);
      decodeDefinition(input);
    },
  };
}

function configFiles(): Target {
  const parts = ['ATECC508A', 'ATECC608'] as const;
  return {
    name: 'config-files',
    corpus: seedsOf(
      'config-files',
      ...parts.map((part) => text(formatConfigFile(defaultImage(part)))),
      text(Buffer.from(defaultImage('ATECC508A')).toString('hex')),
    ),
    words: ['0x', ', ', '\n', '\t', 'FF', '\u00ef\u00bb\u00bf', '\u00ff\u00fe', ',,', 'G'],
    longest: 70_000,
    window: 1000,
    run(input) {
      const image = refusing(() => parseConfigFile(input));
      const looked = image ?? (input.length >= 128 ? input.slice(0, 128) : undefined);
      if (looked === undefined) return;
      const part = parts[input.length % 2] ?? 'ATECC508A';
      decodeConfig(looked, part);
      lintConfig(looked, part, {});
    },
  };
}

/** Everything that is tried; made where it is needed. */
export const targets: readonly (() => Target)[] = [
  kitLines,
  atprFrames,
  cSource,
  certInfo,
  compressed,
  configFiles,
  logFiles,
];

/** Names without building what a target needs. */
export const targetNames = [
  'kit-lines',
  'atpr-frames',
  'c-source',
  'certinfo',
  'compressed-certificates',
  'config-files',
  'log-files',
] as const;
