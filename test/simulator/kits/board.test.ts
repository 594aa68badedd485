import { afterEach, describe, expect, it, vi } from 'vitest';
import { Board } from '../../../src-main/simulator/board.ts';
import type { BoardState } from '../../../src-main/simulator/board-state.ts';
import { hastenedClock, realClock, virtualClock } from '../../../src-main/simulator/clock.ts';
import { busPace, HID_IN_MS, HID_OUT_MS, i2cMs, type LinePace, WAKE_MS } from '../../../src-main/simulator/pace.ts';
import type { TraceEvent } from '../../../src-main/simulator/trace.ts';
import { Host } from '../host.ts';
import { packet, TinyChip } from '../tiny-chip.ts';

const INFO = '0730000000035D';
const ANSWER = '00(07000050000391)';
const COUNT = packet(0x24, 1);
const NONCE = packet(0x16, 3, 0, '00'.repeat(32));

describe('board', () => {
  it('has one client at a time', async () => {
    const board = new Board({ kit: { dialect: 'd21' }, chips: [new TinyChip()] });
    const first = new Host(board);
    expect(board.inUse).toBe(true);
    expect(() => board.connect()).toThrow('another client has the board');
    await first.channel.close();
    await first.channel.close();
    expect(await new Host(board).ask(`e:t(${INFO})`)).toBe(ANSWER);
    await expect(first.channel.write(Uint8Array.of(10))).rejects.toThrow('closed');
    expect(first.closed).toBeUndefined();
  });

  it('forgets half a line with the client that said it', async () => {
    const board = new Board({ kit: { dialect: 'd21' }, chips: [new TinyChip()] });
    const first = new Host(board);
    await first.say('e:t(07300000');
    await first.channel.close();
    expect(await new Host(board).ask(`e:t(${INFO})`)).toBe(ANSWER);
  });

  it('answers lines one after the other, however they come', async () => {
    const board = new Board({ kit: { dialect: 'd21' }, chips: [new TinyChip()] });
    const host = new Host(board);
    expect(await host.say(`e:t(${COUNT})\ne:t(${INFO})\ne:`)).toMatch(/^00\(0701[0-9A-F]*\)\n00\(07000050000391\)\n$/);
    expect(await host.say(`t(${COUNT})\n`)).toMatch(/^00\(0702/);
  });

  it('keeps what came before its receiver, and tells a late receiver of the end', async () => {
    const board = new Board({ kit: { dialect: 'd21' }, chips: [new TinyChip()] });
    const channel = board.connect();
    await channel.write(Buffer.from(`e:t(${INFO})\n`));
    await board.settled();
    board.unplug('cable pulled');
    const seen: string[] = [];
    channel.setReceiver({
      data: (bytes) => seen.push(Buffer.from(bytes).toString('latin1')),
      closed: (reason) => seen.push(reason),
    });
    expect(seen).toEqual([`${ANSWER}\n`, 'cable pulled']);
    await expect(channel.write(Uint8Array.of(10))).rejects.toThrow('cable pulled');
  });

  it('loses everything volatile at unplug, nothing else', async () => {
    const chip = new TinyChip();
    const board = new Board({ kit: { dialect: 'd21' }, chips: [chip] });
    const changes: boolean[] = [];
    board.onPlugChange(() => changes.push(board.plugged));
    const host = new Host(board);
    await host.ask(`e:t(${NONCE})`);
    await host.ask(`e:t(${COUNT})`);
    board.unplug();
    board.unplug();
    expect(host.closed).toBe('unplugged');
    expect(board.inUse).toBe(false);
    board.plug();
    expect([chip.tempKey, chip.counter]).toEqual([false, 1]);
    expect(changes).toEqual([false, true]);
    expect(await new Host(board).ask(`e:t(${INFO})`)).toBe(ANSWER);
  });

  it('ends work in progress where the power went, and starts none of it again', async () => {
    const clock = realClock();
    const chip = new TinyChip({ times: { 36: 30 } });
    const trace: TraceEvent[] = [];
    const board = new Board({ kit: { dialect: 'legacy' }, chips: [chip], clock, trace: (event) => trace.push(event) });
    const host = new Host(board);
    await host.ask('e:p:s(C0)');
    await host.channel.write(Buffer.from(`e:t(${COUNT})\n`));
    await new Promise((resolve) => setTimeout(resolve, 10));
    board.unplug();
    board.plug();
    const again = new Host(board);
    await again.ask('e:p:s(C0)');
    expect(host.received).toBe('00()\n');
    expect(chip.counter).toBe(1);
    expect(await again.ask(`e:t(${COUNT})`)).toMatch(/^00\(0702/);
  });

  it('goes on with another product behind a kit that stays', async () => {
    const first = new TinyChip();
    const second = new TinyChip();
    const board = new Board({ kit: { dialect: 'd21' }, chips: [first] });
    const host = new Host(board);
    await host.ask(`e:t(${COUNT})`);
    expect(board.takeOut()).toEqual([first]);
    expect(await host.ask(`e:t(${COUNT})`)).toBe('E7()');
    board.putIn([second]);
    expect(await host.ask(`e:t(${COUNT})`)).toMatch(/^00\(0701/);
    board.putIn([first]);
    expect(await host.ask(`e:t(${COUNT})`)).toMatch(/^00\(0702/);
    expect(host.closed).toBeUndefined();
  });

  it('numbers every event, packets and lines from 1', async () => {
    const trace: TraceEvent[] = [];
    const board = new Board({ kit: { dialect: 'd21' }, chips: [new TinyChip()], trace: (event) => trace.push(event) });
    const host = new Host(board);
    await host.ask(`e:t(${INFO})`);
    await host.ask(`e:t(${COUNT})`);
    await host.channel.close();
    expect(trace.map(({ index }) => index)).toEqual(trace.map((_, i) => i + 1));
    expect(trace.map(({ kind }) => kind)).toEqual([
      'plug',
      'connected',
      ...['line-in', 'wake', 'packet', 'answer', 'idle', 'line-out'],
      ...['line-in', 'wake', 'packet', 'answer', 'idle', 'line-out'],
      'disconnected',
    ]);
    expect(trace.flatMap((event) => (event.kind === 'packet' ? [event.packet] : []))).toEqual([1, 2]);
    expect(trace.flatMap((event) => (event.kind === 'line-in' ? [event.line] : []))).toEqual([1, 2]);
  });
});

describe('what a board keeps', () => {
  it('hands every change on before the host hears of it, and nothing else', async () => {
    const events: string[] = [];
    const keep = async (state: BoardState) => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      events.push(`kept ${JSON.stringify(state.chips)}`);
    };
    const board = new Board({ kit: { dialect: 'd21' }, chips: [new TinyChip()], keep });
    const host = new Host(board);
    host.channel.setReceiver({ data: () => events.push('answered'), closed: () => {} });
    await host.channel.write(Buffer.from(`e:t(${INFO})\ne:t(${COUNT})\n`));
    await board.settled();
    expect(events).toEqual(['answered', expect.stringMatching(/^kept .*"counter":1/), 'answered']);
  });

  it('keeps a torn write before the cable goes', async () => {
    const kept: BoardState[] = [];
    const chip = new TinyChip();
    const board = new Board({
      kit: { dialect: 'd21' },
      chips: [chip],
      keep: async (state) => void kept.push(state),
      faults: {
        seed: 1,
        faults: [
          {
            at: { on: 'packet', filter: {}, from: 1 },
            times: 1,
            action: { do: 'power-cut', when: 'during', scope: 'board', back: { kind: 'never' }, torn: {} },
          },
        ],
      },
    });
    await new Host(board).ask(`e:t(${COUNT})`);
    expect(kept).toHaveLength(1);
    expect(board.plugged).toBe(false);
  });

  it('goes off when its state cannot be kept', async () => {
    const keep = () => Promise.reject(new Error('disk full'));
    const board = new Board({ kit: { dialect: 'd21' }, chips: [new TinyChip()], keep });
    const host = new Host(board);
    expect(await host.ask(`e:t(${COUNT})`)).toBe('');
    expect(host.closed).toBe('disk full');
    expect(board.plugged).toBe(false);
  });
});

describe('time', () => {
  const talk = `e:t(${INFO})\n`;

  async function spent(line: LinePace, bus: boolean, executionMs: number): Promise<number> {
    const clock = virtualClock();
    const chip = new TinyChip({ clock, times: { 48: executionMs } });
    const board = new Board({ kit: { dialect: 'd21' }, chips: [chip], clock, pace: { line, bus, kitPolling: false } });
    await new Host(board).say(talk);
    return clock.now();
  }

  afterEach(() => {
    vi.useRealTimers();
  });

  /** From here on this machine's clock goes on in steps of one millisecond, whenever nothing else is left to do. */
  function machineOfOurOwn(): (work: () => Promise<unknown>) => Promise<number> {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    return async (work) => {
      const start = performance.now();
      let over = false;
      const done = work().finally(() => {
        over = true;
      });
      for (;;) {
        for (let turn = 0; turn < 20 && !over; turn += 1) await new Promise((resolve) => setImmediate(resolve));
        if (over) break;
        vi.advanceTimersByTime(1);
      }
      await done;
      return performance.now() - start;
    };
  }

  it('counts execution, wake, I2C bits and characters as stated', async () => {
    const instant: LinePace = { kind: 'instant' };
    // Wake answer 1 + 4, packet 2 + 7, answer 1 + 7, idle 2.
    const bus = WAKE_MS + i2cMs(5 + 9 + 8 + 2);
    expect(await spent(instant, false, 3)).toBeCloseTo(3);
    expect(await spent(instant, true, 3)).toBeCloseTo(3 + bus);
    const characters = ((talk.length + ANSWER.length + 1) * 1000) / 11_520;
    expect(await spent({ kind: 'characters', perSecond: 11_520 }, true, 3)).toBeCloseTo(3 + bus + characters);
    expect(await spent({ kind: 'hid' }, true, 3)).toBeCloseTo(3 + bus + HID_OUT_MS + HID_IN_MS);
  });

  it('counts HID reports: a 276-character Verify line takes five', async () => {
    const clock = virtualClock();
    const board = new Board({
      kit: { dialect: 'd21' },
      chips: [new TinyChip({ clock })],
      clock,
      pace: { line: { kind: 'hid' }, bus: false, kitPolling: false },
    });
    await new Host(board).say(`e:t(${packet(0x45, 2, 4, '00'.repeat(128))})\n`);
    expect(clock.now()).toBeCloseTo(5 * HID_OUT_MS + HID_IN_MS);
  });

  it('waits as firmware does when asked to', async () => {
    const first = async (dialect: 'legacy' | 'd21', executionMs: number) => {
      const clock = virtualClock();
      const chip = new TinyChip({ clock, times: { 36: executionMs } });
      const pace = { line: { kind: 'instant' }, bus: false, kitPolling: true } as const;
      const board = new Board({ kit: { dialect }, chips: [chip], clock, pace });
      const host = new Host(board);
      await host.ask('e:p:s(C0)');
      const start = clock.now();
      await host.ask(`e:t(${COUNT})`);
      return clock.now() - start;
    };
    expect(await first('legacy', 1)).toBeCloseTo(5);
    expect(await first('legacy', 20)).toBeCloseTo(20);
    expect(await first('d21', 1)).toBeCloseTo(20);
  });

  it('takes as much of the machine’s time as it counts', async () => {
    const spentBy = machineOfOurOwn();
    const chip = new TinyChip({ times: { 48: 7 } });
    const board = new Board({ kit: { dialect: 'd21' }, chips: [chip], clock: realClock(), pace: busPace });
    const host = new Host(board);
    const ideal = 7 + WAKE_MS + i2cMs(5 + 9 + 8 + 2);
    for (let talk = 0; talk < 3; talk += 1) {
      const took = await spentBy(() => host.ask(`e:t(${INFO})`));
      expect(took).toBeGreaterThanOrEqual(ideal);
      expect(took).toBeLessThan(ideal + 2);
    }
  });

  it('does not count the work of simulating on top of the time simulated', async () => {
    const spentBy = machineOfOurOwn();
    const chip = new TinyChip({ times: { 36: 40 } });
    const keep = () => new Promise<void>((resolve) => setTimeout(resolve, 25));
    const board = new Board({ kit: { dialect: 'd21' }, chips: [chip], clock: realClock(), pace: busPace, keep });
    const host = new Host(board);
    const took = await spentBy(() => host.ask(`e:t(${COUNT})`));
    expect(took).toBeGreaterThan(41);
    expect(took).toBeLessThan(40 + 25);
  });

  it('hastens the clock without stopping it', async () => {
    const clock = hastenedClock();
    const start = clock.now();
    await clock.pass(60_000);
    expect(clock.now() - start).toBeGreaterThanOrEqual(60_000);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(clock.now() - start).toBeGreaterThan(60_010);
  });
});
