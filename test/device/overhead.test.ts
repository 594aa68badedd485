import { describe, expect, it } from 'vitest';
import { i2cMs, type Pace, WAKE_MS } from '../../src-main/simulator/pace.ts';
import { type Bench, dialects, must, openBench, parts } from './bench.ts';
import { provision } from './flow.ts';

const serial: Pace = { line: { kind: 'characters', perSecond: 11520 }, bus: true, kitPolling: false };

/** Time that the packets of a trace need by themselves: execution, their bits, one wake each (these kits wrap), their characters. */
function idealMs(bench: Bench): number {
  let ideal = 0;
  for (const event of bench.trace) {
    if (event.kind === 'packet') ideal += WAKE_MS + i2cMs(2 + event.bytes.length) + lineMs(2 * event.bytes.length + 6);
    if (event.kind === 'answer' && event.bytes !== undefined) {
      ideal += event.executionMs + i2cMs(1 + event.bytes.length) + lineMs(2 * event.bytes.length + 5);
    }
  }
  return ideal;
}

function lineMs(characters: number): number {
  return characters / 11.52;
}

describe('overhead of a run over what its packets need', () => {
  it.each(parts.flatMap((part) => dialects.map((dialect) => ({ part, dialect }))))(
    '$part behind a $dialect kit: at most 5 %',
    async ({ part, dialect }) => {
      const bench = await openBench({ part, dialect, pace: serial });
      bench.trace.length = 0;
      const start = bench.clock.now();
      must(await provision(bench.session, part));
      const ratio = (bench.clock.now() - start) / idealMs(bench);
      expect(ratio).toBeGreaterThan(0.95);
      expect(ratio).toBeLessThan(1.05);
    },
  );

  it('of the 508A run, all but the serial-number checks and looks are the work itself', async () => {
    const bench = await openBench();
    bench.events.length = 0;
    must(await provision(bench.session, 'ATECC508A'));
    const counts = new Map<string, number>();
    for (const event of bench.events) {
      if (event.kind === 'sent') counts.set(event.packet.name, (counts.get(event.packet.name) ?? 0) + 1);
    }
    expect(Object.fromEntries(counts)).toEqual({
      // 3 whole configuration zones, 10 guards, 4 looks at locks, 9 clear blocks compared and 9 read as certificates.
      Read: 3 * 4 + 10 + 4 + 9 + 9,
      Write: 13 + 46,
      Lock: 2 + 3,
      GenKey: 2,
      Random: 1,
      Nonce: 1,
      Sign: 1,
    });
  });
});
