import type { Fault, FaultAction, LineAction, PacketAction } from '../../src-main/simulator/faults/fault.ts';
import type { CaseResult, SweptLine } from './sweep.ts';

/**
 * Kits and buses on a bad day, at places all over a run: garbage, banners, cut and over-long lines, repeated and lost ones, answers of
 * another chip. Whatever the run says, the board is finished afterwards with one certificate, and the books balance.
 */
const text = (length: number): Uint8Array => new Uint8Array(length).fill(0x41);
const latin = (line: string): Uint8Array => Uint8Array.from(Buffer.from(line, 'latin1'));

const lineActions: Readonly<Record<string, LineAction>> = {
  'a banner before the reply': { do: 'garbage', bytes: latin('Booting v1.2 ...\r\n'), where: 'before' },
  'a debug line after the reply': { do: 'garbage', bytes: latin('DBG i2c retry 3\n'), where: 'after' },
  'noise instead of the reply': { do: 'garbage', bytes: latin('\u0000\u00ff\u0080)(((00(\n'), where: 'instead' },
  'a line of 100 000 characters': { do: 'garbage', bytes: text(100_000), where: 'before' },
  'a reply of another command': { do: 'garbage', bytes: latin('00(04000340)\n'), where: 'before' },
  'a reply that never belonged to anything': { do: 'garbage', bytes: latin('00(0403)\n'), where: 'instead' },
  'a flipped character': { do: 'corrupt-reply', byte: undefined, xor: 1 },
  'a reply cut to five characters': { do: 'truncate-reply', characters: 5, lineFeed: true },
  'a reply twice': { do: 'duplicate-reply' },
  'a line done twice': { do: 'duplicate-line' },
  'an echo': { do: 'echo' },
  'CR LF': { do: 'rewrite-reply', as: 'crlf' },
  'lower case': { do: 'rewrite-reply', as: 'lower-case' },
  'NUL padding': { do: 'rewrite-reply', as: 'nul-padded' },
  'one character at a time': { do: 'rewrite-reply', as: 'split' },
};

/** Each costs the host its whole patience. */
const slowLineActions: Readonly<Record<string, LineAction>> = {
  'a line that the kit never gets': { do: 'drop-line' },
  'a reply that never comes': { do: 'drop-reply' },
  'a reply without its end': { do: 'truncate-reply', characters: 8, lineFeed: false },
  'a kit that falls silent': { do: 'silent' },
};

const packetActions: Readonly<Record<string, PacketAction>> = {
  'a command lost on the bus': { do: 'drop-command' },
  'an answer lost on the bus': { do: 'drop-answer' },
  'a command damaged on the bus': { do: 'corrupt-command', byte: undefined, xor: 4 },
  'an answer damaged on the bus, once': { do: 'corrupt-answer', byte: undefined, xor: 8, reads: 1 },
  'an answer damaged at every reading': { do: 'corrupt-answer', byte: undefined, xor: 8, reads: 99 },
  'a command done twice': { do: 'duplicate' },
  'a command not acknowledged': { do: 'nack' },
  'the watchdog before': { do: 'watchdog', side: 'before' },
  'the watchdog after': { do: 'watchdog', side: 'after' },
  'the answer of another chip': { do: 'wrong-key' },
};

const atLine = (from: number, action: FaultAction): Fault => ({
  at: { on: 'line', filter: {}, from },
  times: 1,
  action,
});
const atPacket = (from: number, action: FaultAction): Fault => ({
  at: { on: 'packet', filter: {}, from },
  times: 1,
  action,
});

/** Places spread over a run, others for every action. */
function places(of: number, count: number, turn: number): readonly number[] {
  const step = of / count;
  return Array.from({ length: count }, (_, i) => 1 + Math.floor(i * step + ((turn * 7) % step)));
}

const chance = (on: 'line-chance' | 'packet-chance', probability: number, action: FaultAction): Fault => ({
  at: { on, filter: {}, probability },
  times: 99,
  action,
});

/** All cases for a run of so many lines and packets, each action at `density` places. */
export function badKitCases(
  lines: number,
  packets: number,
  density: number,
): readonly ((line: SweptLine) => Promise<CaseResult>)[] {
  const cases: ((line: SweptLine) => Promise<CaseResult>)[] = [];
  Object.entries({ ...lineActions, ...slowLineActions }).forEach(([name, action], turn) => {
    for (const at of places(lines, density, turn)) {
      cases.push((line) => line.spoil(`${name} at line ${at}`, [atLine(at, action)]));
    }
  });
  Object.entries(packetActions).forEach(([name, action], turn) => {
    for (const at of places(packets, density, turn)) {
      cases.push((line) => line.spoil(`${name} at packet ${at}`, [atPacket(at, action)]));
    }
  });
  for (let i = 0; i < density; i += 1) {
    cases.push((line) =>
      line.spoil(`bad day ${i}`, [
        chance('line-chance', 0.01, { do: 'duplicate-reply' }),
        chance('line-chance', 0.01, { do: 'corrupt-reply', byte: undefined, xor: 2 }),
        chance('packet-chance', 0.01, { do: 'drop-answer' }),
        chance('packet-chance', 0.01, { do: 'nack' }),
        chance('packet-chance', 0.005, { do: 'corrupt-command', byte: undefined, xor: 1 }),
      ]),
    );
  }
  return cases;
}
