import { SeededRandom } from '../random.ts';
import type { Fault, FaultPoint, FaultScript, LineFilter, PacketFilter, Strike } from './fault.ts';

/**
 * Counts packets, lines and connections of one board and says which faults strike. Deterministic: the same script and the
 * same sequence of events give the same strikes.
 */
export class FaultPlayer {
  readonly random: SeededRandom;
  readonly #watched: readonly Watched[];

  constructor(script: FaultScript = { seed: 0, faults: [] }) {
    this.random = new SeededRandom(script.seed);
    this.#watched = script.faults.map((fault, i) => ({
      number: i + 1,
      fault,
      met: 0,
      struck: 0,
      // Own numbers for every fault: adding one to a file does not move the others.
      random: new SeededRandom(script.seed + (i + 1) * 7919),
    }));
  }

  packet(address: number, packet: Uint8Array): readonly Strike[] {
    return this.#strikes((point) => {
      if (point.on !== 'packet' && point.on !== 'packet-chance') return false;
      return fitsPacket(point.filter, address, packet);
    });
  }

  line(text: string): readonly Strike[] {
    return this.#strikes((point) => {
      if (point.on !== 'line' && point.on !== 'line-chance') return false;
      return fitsLine(point.filter, text);
    });
  }

  connection(): readonly Strike[] {
    return this.#strikes((point) => point.on === 'connection');
  }

  #strikes(fits: (point: FaultPoint) => boolean): readonly Strike[] {
    const strikes: Strike[] = [];
    for (const watched of this.#watched) {
      const { at, times, action } = watched.fault;
      if (!fits(at)) continue;
      watched.met += 1;
      const due = 'from' in at ? watched.met >= at.from : watched.random.chance(at.probability);
      if (!due || watched.struck >= times) continue;
      watched.struck += 1;
      strikes.push({ fault: watched.number, action });
    }
    return strikes;
  }
}

interface Watched {
  readonly number: number;
  readonly fault: Fault;
  readonly random: SeededRandom;
  met: number;
  struck: number;
}

function fitsPacket(filter: PacketFilter, address: number, packet: Uint8Array): boolean {
  if (filter.address !== undefined && (filter.address & 0xfe) !== (address & 0xfe)) return false;
  if (filter.opcode !== undefined && filter.opcode !== packet[1]) return false;
  if (filter.p1 !== undefined && filter.p1 !== packet[2]) return false;
  if (filter.p2 === undefined) return true;
  return packet.length > 4 && filter.p2 === ((packet[3] ?? 0) | ((packet[4] ?? 0) << 8));
}

function fitsLine(filter: LineFilter, text: string): boolean {
  return filter.startsWith === undefined || text.toLowerCase().startsWith(filter.startsWith.toLowerCase());
}
