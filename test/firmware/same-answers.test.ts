import { describe, expect, test } from 'vitest';
import { Board } from '../../src-main/simulator/board.ts';
import { virtualClock } from '../../src-main/simulator/clock.ts';
import { wellFormedHabits } from '../../src-main/simulator/kits/modern.ts';
import { fromLatin1, latin1 } from '../../src-main/simulator/octets.ts';
import { fromHex } from '../../src-shared/base/bytes.ts';
import { stockParse } from '../../src-shared/kit/stock-client.ts';
import { benchChip } from './bench-chip.ts';
import { TEST_LINES } from './test-lines.ts';

/**
 * The third of those that answer the same lines: the TypeScript simulator's well-formed modern kit on the same chip.
 * (The other two, with the same list, are in pty-line.test.ts and microbit.test.ts.)
 */
describe('the simulated well-formed modern kit', () => {
  test('answers what the C kit host answers, line by line', async () => {
    const clock = virtualClock();
    const board = new Board({ kit: { dialect: 'modern', habits: wellFormedHabits }, chips: [benchChip(clock)], clock });
    const channel = board.connect();
    let received = '';
    channel.setReceiver({
      data: (bytes) => {
        received += latin1(bytes);
      },
      closed: (reason) => expect.fail(reason),
    });
    const comparable = TEST_LINES.filter(({ ours }) => ours === undefined);
    expect(comparable.length).toBeGreaterThan(30);
    for (const { sent, answers } of comparable) {
      received = '';
      await channel.write(fromLatin1(sent));
      await board.settled();
      expect(received, JSON.stringify(sent)).toBe(answers.map((answer) => `${answer}\n`).join(''));
    }
    await channel.close();
  });
});

describe("Microchip's own client", () => {
  test('can read every answer that is not about the board: two status digits, then the data', () => {
    const answers = TEST_LINES.filter(({ sent }) => !/^b/i.test(sent)).flatMap((line) => line.answers);
    expect(answers.length).toBeGreaterThan(40);
    for (const answer of answers) {
      const read = stockParse(answer);
      expect(read.status, answer).toBe('ATCA_SUCCESS');
      expect(read.kitStatus, answer).toBe(Number.parseInt(answer.slice(0, 2), 16));
      expect(read.data, answer).toEqual(fromHex(answer.slice(3, -1)));
    }
  });
});
