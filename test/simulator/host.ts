import type { ByteChannel } from '../../src-main/hal/byte-channel.ts';
import type { Board } from '../../src-main/simulator/board.ts';
import { fromLatin1, latin1 } from '../../src-main/simulator/octets.ts';

/** The barest of hosts: sends what it is told, remembers what came. */
export class Host {
  readonly channel: ByteChannel;
  readonly #board: Board;
  received = '';
  closed: string | undefined;

  constructor(board: Board) {
    this.#board = board;
    this.channel = board.connect();
    this.channel.setReceiver({
      data: (bytes) => {
        this.received += latin1(bytes);
      },
      closed: (reason) => {
        this.closed = reason;
      },
    });
  }

  /** Everything that came back for these characters once the board is quiet. */
  async say(text: string): Promise<string> {
    this.received = '';
    await this.channel.write(fromLatin1(text));
    await this.#board.settled();
    return this.received;
  }

  /** One line, one reply, both without their line feed. */
  async ask(line: string): Promise<string> {
    return (await this.say(`${line}\n`)).replace(/\n$/, '');
  }
}
