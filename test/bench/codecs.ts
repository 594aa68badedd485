import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { decodeConfig, defaultImage, lintConfig, parseConfigFile } from '../../src-shared/atecc/config/index.ts';
import { crc16 } from '../../src-shared/atecc/crc.ts';
import { parsePacket } from '../../src-shared/atecc/packet.ts';
import { toHex, utf8 } from '../../src-shared/base/bytes.ts';
import { parseCSource } from '../../src-shared/certificates/c-source/parse.ts';
import { decodeCertificate } from '../../src-shared/certificates/index.ts';
import { LineSplitter } from '../../src-shared/kit/line-splitter.ts';
import { parseReply } from '../../src-shared/kit/reply.ts';
import { decodeMessage, encodeMessage } from '../../src-shared/wire/codec.ts';
import { FrameDecoder } from '../../src-shared/wire/frame.ts';
import { softwareSigner } from '../provisioning/software-signer.ts';
import { type BenchRow, figure } from './rows.ts';

/** What the pure codecs and parsers get through, on one core. */
export async function bench(): Promise<readonly BenchRow[]> {
  const packet = Uint8Array.from(Buffer.from('070280000009AD', 'hex'));
  const block = new Uint8Array(randomBytes(4096));
  const lines = utf8(`00(${'AB'.repeat(35)})\n`.repeat(200));
  const request = encodeMessage(
    {
      name: 'CERT_REQUEST',
      configZone: new Uint8Array(128),
      publicKey: new Uint8Array(64).fill(1),
      selection: {
        chainId: 0,
        signerCaPublicKey: new Uint8Array(64).fill(2),
        deviceTemplateId: 2,
        signerTemplateId: 1,
      },
    },
    1,
  );
  const image = defaultImage('ATECC508A');
  const text = utf8(toHex(image));
  const definition = readFileSync(
    fileURLToPath(new URL('../certificates/samples/atmel-2015/cert_def_1_signer.c', import.meta.url)),
    'utf8',
  );
  const { certificate } = softwareSigner().identity;
  return [
    rate('CRC-16', block.length / 1e6, 'MB/s', () => crc16(block)),
    rate('packets parsed', 1, '/s', () => parsePacket(packet)),
    rate('Kit Protocol lines split and parsed', 200, '/s', () => {
      const splitter = new LineSplitter();
      for (const line of splitter.push(lines)) if (line.kind === 'line') parseReply(line.text);
    }),
    rate('ATPR requests decoded', 1, '/s', () => {
      for (const event of new FrameDecoder().push(request)) if (event.kind === 'frame') decodeMessage(event.frame);
    }),
    rate('configuration files read and decoded', 1, '/s', () =>
      decodeConfig(parseConfigFile(text, 'bench'), 'ATECC508A'),
    ),
    rate('configuration images linted', 1, '/s', () =>
      lintConfig(image, 'ATECC508A', { deviceKeySlot: 0, certificateSlots: [10, 11, 12], slotsToLock: [] }),
    ),
    rate('C definitions parsed', definition.length / 1e6, 'MB/s', () => parseCSource(definition)),
    rate('certificates decoded', 1, '/s', () => decodeCertificate(certificate)),
  ];
}

const measureMs = 400;

/** `amount` per call, by the second; the second half of what was measured counts. */
function rate(name: string, amount: number, unit: string, work: () => unknown): BenchRow {
  let best = 0;
  for (let half = 0; half < 2; half += 1) {
    const started = performance.now();
    let calls = 0;
    let spent = 0;
    while (spent < measureMs) {
      for (let i = 0; i < 16; i += 1) work();
      calls += 16;
      spent = performance.now() - started;
    }
    best = Math.max(best, (calls * amount * 1000) / spent);
  }
  return figure(name, best, unit);
}
