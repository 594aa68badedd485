import { badKitCases } from './bad-kits.ts';
import { mishapName, mishaps, type PacketFact, type Swap, SweptLine, type Variant, variantName } from './sweep.ts';

/** Outcome of all cases of one variant. */
export interface SeriesResult {
  readonly name: string;
  readonly cases: number;
  /** A sentence for every case that went wrong, and for books that do not balance. */
  readonly complaints: readonly string[];
  /** How often each way from first outcome over found state to second outcome was taken. */
  readonly ways: ReadonlyMap<string, number>;
}

export interface SeriesOptions {
  /** Every n-th case only; 1 = all. */
  readonly every: number;
  /** Which one of every n, so that samples of different variants differ. */
  readonly offset?: number;
  readonly seed?: number;
  /** Boards at work at the same time. */
  readonly boards?: number;
  readonly progress?: (done: number, of: number) => void;
}

type Work = (line: SweptLine) => Promise<{ readonly way: string; readonly complaints: readonly string[] }>;

/** Runs every case (or every n-th) of one variant on a line of its own, then audits its books. */
export async function runSeries(variant: Variant, options: SeriesOptions): Promise<SeriesResult> {
  const line = await SweptLine.open(variant);
  try {
    const packets = await line.packets();
    await line.makeHalfway();
    const all = [
      ...disturbances(packets, options.seed ?? 1),
      ...swaps(packets),
      ...walks(options.seed ?? 1),
      ...badKits(await line.lines(), packets),
    ];
    const chosen = all.filter((_, i) => i % options.every === (options.offset ?? 0) % options.every);
    const ways = new Map<string, number>();
    const complaints: string[] = [];
    let done = 0;
    let next = 0;
    const worker = async (): Promise<void> => {
      for (let work = chosen[next]; work !== undefined; work = chosen[next]) {
        next += 1;
        const result = await work(line);
        ways.set(result.way, (ways.get(result.way) ?? 0) + 1);
        complaints.push(...result.complaints);
        done += 1;
        options.progress?.(done, chosen.length);
      }
    };
    await Promise.all(Array.from({ length: options.boards ?? 6 }, worker));
    complaints.push(...line.books().complaints);
    return { name: variantName(variant), cases: chosen.length, complaints, ways };
  } finally {
    await line.close();
  }
}

function disturbances(packets: readonly PacketFact[], seed: number): readonly Work[] {
  return mishaps(packets, seed).map((mishap) => async (line) => {
    const result = await line.disturb(mishap);
    return {
      way: `${mishap.kind}: ${result.first} -> ${result.found} -> ${result.second}`,
      complaints: result.complaints.map((complaint) => `${mishapName(mishap)}: ${complaint}`),
    };
  });
}

const OPCODE_WRITE = 0x12;
const OPCODE_LOCK = 0x17;
const OPCODE_GENKEY = 0x40;

/**
 * What a swap quicker than a packet may do to the new chip: the very packet before which it happened, where the chip's state allows
 * it and nothing binds the packet to the old chip. Locks by CRC are bound: a configuration by the serial number in it, a data
 * zone by its content.
 */
function unavoidable(fact: PacketFact, dataLock: Variant['dataLock']): readonly string[] {
  if (fact.opcode === OPCODE_WRITE) return ['config', 'slot', 'OTP'];
  if (fact.opcode === OPCODE_GENKEY && fact.p1 === 4) return ['slot 0'];
  const slotLock = fact.opcode === OPCODE_LOCK && (fact.p1 & 3) === 2;
  const plainLock = fact.opcode === OPCODE_LOCK && (fact.p1 & 3) === 1 && dataLock === 'no-crc';
  return slotLock || plainLock ? ['config'] : [];
}

/**
 * Another board from every packet on. Where the fixture is empty for at least one line, nothing at all may be done to the new chip. A swap
 * quicker than one packet cannot be seen by any host between the serial number and the packet behind it.
 */
function swaps(packets: readonly PacketFact[]): readonly Work[] {
  const list: (Swap & { readonly fact: PacketFact })[] = [];
  const newcomers = [undefined, 'CONFIG_WRITE', 'CERTS_REQUEST', 'DATA_LOCK', 'VALIDATE_CERTS'] as const;
  packets.forEach((fact, i) => {
    newcomers.forEach((newcomer, j) => {
      const gap = (i + j) % 4 === 0 ? 0 : 1 + ((i + j) % 3);
      list.push({ packet: fact.packet, gap, fact, ...(newcomer === undefined ? {} : { newcomer }) });
    });
  });
  return list.map((swap) => async (line) => {
    const result = await line.swap(swap);
    const complaints = [...result.complaints];
    if (result.first !== 'FAIL BOARD_CHANGED') complaints.push(`the run ended ${result.first}, not BOARD_CHANGED`);
    const allowed = swap.gap === 0 ? unavoidable(swap.fact, line.variant.dataLock) : [];
    for (const part of result.touched) {
      if (!allowed.some((name) => part.startsWith(name))) complaints.push(`${part} of the new chip was changed`);
    }
    return {
      way: `swap: ${result.first} -> ${result.found} -> ${result.second}`,
      complaints: complaints.map((complaint) => `${result.name}: ${complaint}`),
    };
  });
}

function badKits(lines: number, packets: readonly PacketFact[]): readonly Work[] {
  const last = packets[packets.length - 1]?.packet ?? 1;
  return badKitCases(lines, last, 12).map((spoil) => async (line) => {
    const result = await spoil(line);
    return {
      way: `bad kit: ${result.first} -> ${result.found} -> ${result.second}`,
      complaints: result.complaints.map((complaint) => `${result.name} (${result.first}): ${complaint}`),
    };
  });
}

function walks(seed: number): readonly Work[] {
  return Array.from({ length: 40 }, (_, i) => async (line) => {
    const result = await line.walk(1000 * seed + i);
    return {
      way: `walk -> ${result.found} -> ${result.second}`,
      complaints: result.complaints.map((complaint) => `${result.name} (${result.first}): ${complaint}`),
    };
  });
}
