import type { Fault } from '../../src-main/simulator/faults/fault.ts';
import type { SeededRandom } from '../../src-main/simulator/random.ts';

/** What goes wrong in the soak, and how often. Everything is drawn from its seed. */
export interface Rates {
  /** Mishaps for each packet to a chip, sticks included: lost, damaged, doubled, refused, late. */
  readonly packet: number;
  /** Mishaps for each line to a kit: lost, garbage, torn, echoed. */
  readonly line: number;
  /** Of each board: power or cable goes at one packet of its run. */
  readonly cut: number;
  /** Of each run: the station's process ends at one packet of it. */
  readonly kill: number;
  /** Of each connection to the server: it breaks. */
  readonly connection: number;
}

export const usualRates: Rates = { packet: 0.004, line: 0.001, cut: 0.3, kill: 0.05, connection: 0.1 };

export function ratesText(rates: Rates): string {
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  return (
    `${percent(rates.packet)} of packets, ${percent(rates.line)} of lines, a cut on ${percent(rates.cut)} of boards, ` +
    `${percent(rates.kill)} of runs killed, ${percent(rates.connection)} of connections broken`
  );
}

const always = Number.POSITIVE_INFINITY;

function onPackets(probability: number, action: Fault['action']): Fault {
  return { at: { on: 'packet-chance', filter: {}, probability }, times: always, action };
}

function onLines(probability: number, action: Fault['action']): Fault {
  return { at: { on: 'line-chance', filter: {}, probability }, times: always, action };
}

/** Bad moments of a bus and its kit. */
function badMoments(rates: Rates): readonly Fault[] {
  const packet: readonly Fault['action'][] = [
    { do: 'drop-answer' },
    { do: 'drop-command' },
    { do: 'corrupt-answer', byte: undefined, xor: 0x10, reads: 1 },
    { do: 'corrupt-command', byte: undefined, xor: 0x10 },
    { do: 'nack' },
    { do: 'watchdog', side: 'before' },
    { do: 'watchdog', side: 'after' },
    { do: 'duplicate' },
  ];
  const line: readonly Fault['action'][] = [
    { do: 'drop-reply' },
    { do: 'corrupt-reply', byte: undefined, xor: 0x04 },
    { do: 'garbage', bytes: Buffer.from('*** kit ready\n'), where: 'before' },
    { do: 'rewrite-reply', as: 'split' },
  ];
  return [
    ...packet.map((action) => onPackets(rates.packet / packet.length, action)),
    ...line.map((action) => onLines(rates.line / line.length, action)),
  ];
}

/** A stick's bad days: its bus, and a cable that is loose. */
export function stickFaults(rates: Rates): readonly Fault[] {
  return [
    ...badMoments(rates),
    onPackets(rates.packet / 10, { do: 'unplug', side: 'before', back: { kind: 'at-once' } }),
    onPackets(rates.packet / 10, { do: 'unplug', side: 'after', back: { kind: 'at-once' } }),
  ];
}

/** A board's: its bus, and now and then power or cable goes for good, before, during or after a packet. */
export function boardFaults(rates: Rates, random: SeededRandom): readonly Fault[] {
  const faults = [...badMoments(rates)];
  if (!random.chance(rates.cut)) return faults;
  const at: Fault['at'] = { on: 'packet', filter: {}, from: 1 + random.below(200) };
  const when = (['before', 'during', 'after'] as const)[random.below(3)] ?? 'during';
  const torn = {
    newWords: random.below(256),
    key: (['old', 'new', 'garbage-valid', 'garbage-invalid'] as const)[random.below(4)] ?? 'old',
  };
  const actions: readonly Fault['action'][] = [
    { do: 'power-cut', when, scope: 'board', back: { kind: 'never' }, torn },
    { do: 'power-cut', when, scope: 'chip', back: { kind: 'at-once' }, torn },
    { do: 'unplug', side: when === 'after' ? 'after' : 'before', back: { kind: 'at-once' } },
    { do: 'remove-chip', side: 'before', backAfterLines: 1 + random.below(4) },
  ];
  const action = actions[random.below(actions.length)];
  return action === undefined ? faults : [...faults, { at, times: 1, action }];
}
