import type { ByteChannel, ChannelDescription } from '../../src-main/hal/byte-channel.ts';
import { memoryChannelPair } from '../../src-main/hal/memory-channel.ts';
import { LineSplitter } from '../../src-shared/kit/line-splitter.ts';
import { lineBytes } from '../../src-shared/kit/requests.ts';

/**
 * The far end of a channel, played by a function: gets each line, gives what to send back (any text, in pieces, or
 * nothing). Keeps the lines that it heard.
 */
export class ScriptedKit {
  readonly near: ByteChannel;
  readonly far: ByteChannel;
  readonly heard: string[] = [];
  readonly #splitter = new LineSplitter();

  constructor(
    answer: (line: string, kit: ScriptedKit) => string | readonly string[] | undefined,
    description?: ChannelDescription,
  ) {
    const [near, far] = memoryChannelPair(description === undefined ? {} : { left: description });
    this.near = near;
    this.far = far;
    far.setReceiver({
      data: (bytes) => {
        for (const line of this.#splitter.push(bytes)) {
          const text = line.kind === 'line' ? line.text : line.head;
          this.heard.push(text);
          const answered = answer(text, this);
          for (const piece of typeof answered === 'string' ? [answered] : (answered ?? [])) this.send(piece);
        }
      },
      closed: () => undefined,
    });
  }

  send(text: string): void {
    this.far.write(lineBytes(text)).catch(() => undefined);
  }
}

/** Answers of a legacy kit to the lines of opening and select; `undefined` for anything else. */
export function legacyBasics(line: string): string | undefined {
  if (line === 'b:f(00)') return 'AT88CK590 00(010005)\n';
  if (/^e:a\(0[01]\)$/.test(line)) return '00()\n';
  if (line === 'b:di(00)') return '00()\n';
  if (/^e:physical:select\([0-9A-F]{2}\)$/.test(line)) return '00()\n';
  return undefined;
}

/** The same of a SAMD21 kit. */
export function d21Basics(line: string): string | undefined {
  if (line === 'b:f(00)') return 'AT88CK101STK 00(010005)\n';
  if (line.startsWith('e:a(')) return 'C0()\n';
  if (line.startsWith('e:physical:select(')) return 'C0()\n';
  return undefined;
}

/** The same of Microchip's modern kit host as its source has it: `b:f` sends the whole buffer, echo and leftovers. */
export function modernBasics(line: string): string | undefined {
  if (line === 'b:f(00)') return 'b\0f\u000000\0\n50000391)\n00(04113343)\n\0\0\0\0';
  if (line === 'board:device(00)') return 'ECC608 TWI 00(C0)\n';
  if (line.startsWith('board:device(')) return 'FFFFFFE0()\n';
  if (line.startsWith('ecc:physical:select(')) return '00()\n';
  if (line.startsWith('board:') || line.startsWith('e:a(')) return 'FFFFFFE2()\n';
  return undefined;
}
