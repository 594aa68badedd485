import { describe, expect, test } from 'vitest';
import { Board } from '../../src-main/simulator/board.ts';
import type { Chip } from '../../src-main/simulator/chip/index.ts';
import { type VirtualClock, virtualClock } from '../../src-main/simulator/clock.ts';
import type { KitOptions } from '../../src-main/simulator/kits/kit.ts';
import { wellFormedHabits } from '../../src-main/simulator/kits/modern.ts';
import { fromLatin1, latin1 } from '../../src-main/simulator/octets.ts';
import { parseResponse } from '../../src-shared/atecc/index.ts';
import { fromHex } from '../../src-shared/base/bytes.ts';
import { type HostBus, type HostDevice, type HostState, hostLines, hostStep } from '../../src-shared/kit/host-model.ts';
import { stockParse } from '../../src-shared/kit/stock-client.ts';
import { benchChip } from './bench-chip.ts';
import { STUCK_LINES, TEST_LINES, type TestLine } from './test-lines.ts';

/**
 * All others that answer the same lines. (The C as a Linux process and on an emulated CPU, with the same list, are in
 * pty-line.test.ts and microbit.test.ts.)
 */
async function answersOfBoard(kit: KitOptions, lines: readonly TestLine[]): Promise<void> {
  const clock = virtualClock();
  const board = new Board({ kit, chips: [benchChip(clock)], clock });
  const channel = board.connect();
  let received = '';
  channel.setReceiver({
    data: (bytes) => {
      received += latin1(bytes);
    },
    closed: (reason) => expect.fail(reason),
  });
  for (const { sent, answers } of lines) {
    received = '';
    await channel.write(fromLatin1(sent));
    await board.settled();
    expect(received, JSON.stringify(sent)).toBe(answers.map((answer) => `${answer}\n`).join(''));
  }
  await channel.close();
}

describe('what answers the lines that the C kit host answers', () => {
  test('the simulated kit of the same firmware: every line', async () => {
    expect(TEST_LINES.length).toBeGreaterThan(70);
    await answersOfBoard({ dialect: 'signet' }, TEST_LINES);
  });

  test('the simulated kit of the same firmware, while its bus is stuck and afterwards', async () => {
    const clock = virtualClock();
    const board = new Board({ kit: { dialect: 'signet' }, chips: [benchChip(clock)], clock });
    const channel = board.connect();
    let received = '';
    channel.setReceiver({
      data: (bytes) => {
        received += latin1(bytes);
      },
      closed: (reason) => expect.fail(reason),
    });
    for (const { stuck, sent, answer } of STUCK_LINES) {
      board.stickBus(stuck);
      received = '';
      await channel.write(fromLatin1(sent));
      await board.settled();
      expect(received, `${stuck ? 'stuck ' : ''}${sent}`).toBe(`${answer}\n`);
    }
    await channel.close();
  });

  test("the simulator's well-formed modern kit: every line that Microchip's host has, put right", async () => {
    const comparable = TEST_LINES.filter(({ ours }) => ours === undefined);
    expect(comparable.length).toBeGreaterThan(35);
    await answersOfBoard({ dialect: 'modern', habits: wellFormedHabits }, comparable);
  });

  test('the host model: every line', () => {
    const clock = virtualClock();
    const chip = benchChip(clock);
    const bus = modelBus(chip, clock);
    let state: HostState = { devices: [{ name: 'ECC508A', bus: 'TWI', address: 0xc0 }], selected: undefined };
    for (const { sent, answers } of TEST_LINES) {
      const received = hostLines(sent).map((line) => {
        const step = hostStep(state, bus, line);
        state = step.state;
        return step.answer;
      });
      expect(received.join(''), JSON.stringify(sent)).toBe(answers.map((answer) => `${answer}\n`).join(''));
    }
  });
});

/** The chip behind the model's bus. Waiting is the bus's: every answer is there when it is asked for. */
function modelBus(chip: Chip, clock: VirtualClock): HostBus {
  const here = (device: HostDevice): boolean => device.address === chip.address;
  const wake = (): Uint8Array | undefined => {
    const answer = chip.wake();
    clock.advance(chip.wakeMs);
    return answer;
  };
  return {
    wake(device) {
      const answer = wake();
      if (!here(device)) return undefined;
      if (answer === undefined) chip.idle();
      return answer;
    },
    command(device, packet) {
      const done = here(device) ? chip.command(packet) : undefined;
      clock.advance(done?.executionMs ?? 0);
      return done?.response;
    },
    idle: (device) => {
      if (here(device)) chip.idle();
    },
    sleep(device) {
      if (!here(device)) return false;
      if (!chip.awake) wake();
      chip.sleep();
      return true;
    },
    intact: (answer) => parseResponse(answer).ok,
  };
}

describe("Microchip's own client", () => {
  test('can read every answer that is not about the board: two status digits, then the data', () => {
    const answers = TEST_LINES.filter(({ sent }) => !/^b/i.test(sent))
      .flatMap((line) => line.answers)
      // Only who sends `next` gets an answer with a digit in front of it.
      .filter((answer) => !/^[0-9] /.test(answer));
    expect(answers.length).toBeGreaterThan(40);
    for (const answer of answers) {
      const read = stockParse(answer);
      expect(read.status, answer).toBe('ATCA_SUCCESS');
      expect(read.kitStatus, answer).toBe(Number.parseInt(answer.slice(0, 2), 16));
      expect(read.data, answer).toEqual(fromHex(answer.slice(3, -1)));
    }
  });
});
