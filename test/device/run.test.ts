import { describe, expect, it } from 'vitest';
import { identifyChip, planPackets } from '../../src-main/device/index.ts';
import { verifyDigest } from '../../src-shared/certificates/p256.ts';
import { atCommand, dialects, lines, must, openBench, parts, target } from './bench.ts';
import { CHALLENGE, provision } from './flow.ts';

const cases = parts.flatMap((part) => dialects.map((dialect) => ({ part, dialect })));

describe.each(cases)('a whole chip: $part behind a $dialect kit', ({ part, dialect }) => {
  it('is configured, locked, given its key, filled, locked and read back', async () => {
    const bench = await openBench({ part, dialect });
    expect(bench.kit.chips).toHaveLength(1);
    expect(bench.kit.chips[0]).toMatchObject({ part, configLocked: false, dataLocked: false, lockedSlots: [] });
    const result = must(await provision(bench.session, part));
    expect(verifyDigest(result.publicKey, CHALLENGE, result.signature)).toBe(true);
    for (const slot of [10, 11, 12])
      expect(result.certificates.get(slot)).toEqual(new Uint8Array(72).fill(0x10 + slot));
    const seen = bench.chip.inspect();
    expect(seen.configLocked && seen.dataLocked).toBe(true);
    expect(seen.config.slice(16, 52)).toEqual(target(part).image.slice(16, 52));
    expect(bench.chip.counters.genKeys).toBe(1);
    expect(must(await identifyChip(bench.session)).lockedSlots).toEqual(part === 'ATECC508A' ? [10, 11, 12] : [10, 12]);
  });

  it('sends the kit nothing but commands: no wake, idle, sleep, discovery or second select in a run', async () => {
    const bench = await openBench({ part, dialect });
    bench.trace.length = 0;
    must(await provision(bench.session, part));
    const others = lines(bench).filter((line) => !/^[a-z]+:t(alk)?\(/i.test(line));
    expect(others).toEqual([]);
  });

  it('a second run over the finished chip changes nothing', async () => {
    const bench = await openBench({ part, dialect });
    must(await provision(bench.session, part));
    const before = bench.chip.snapshot();
    must(await provision(bench.session, part));
    expect({ ...bench.chip.snapshot(), rngSeedUpdates: 0, tally: 0 }).toEqual({
      ...before,
      rngSeedUpdates: 0,
      tally: 0,
    });
  });

  it('sends exactly the packets of the dry run', async () => {
    const bench = await openBench({ part, dialect });
    const [found] = bench.kit.chips;
    if (found === undefined) throw new Error('no chip');
    const plan = await planPackets({ part, config: found.config, dialect }, (session) => provision(session, part));
    expect(plan.result.ok).toBe(true);
    bench.events.length = 0;
    must(await provision(bench.session, part));
    const sent = bench.events.flatMap((event) => (event.kind === 'sent' ? [event.packet] : []));
    // The read-back that is compared differs in nothing; the summaries do, because the assumed chip has another serial number.
    expect(plan.packets.map((packet) => packet.hex)).toEqual(sent.map((packet) => packet.hex));
    expect(plan.packets.filter((packet) => packet.irreversible).map((packet) => packet.name)).toContain('Lock');
  });
});

describe('after a fault of the chip', () => {
  it('05 is answered by the whole sequence once more, for GenKey create too', async () => {
    const bench = await openBench();
    bench.chip.arm({ eccFaults: 1 });
    must(await provision(bench.session, 'ATECC508A'));
    const starts = bench.events.filter((event) => event.kind === 'sequence-start' && event.attempt === 2);
    expect(starts).toHaveLength(1);
    expect(bench.chip.counters.genKeys).toBe(1);
  });

  it('a chip that answers EE is begun anew', async () => {
    const bench = await openBench({ dialect: 'legacy', faults: [atCommand(0x41, { do: 'watchdog', side: 'before' })] });
    must(await provision(bench.session, 'ATECC508A'));
  });
});
