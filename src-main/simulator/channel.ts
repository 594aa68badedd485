import type { ByteChannel, ChannelDescription, ChannelReceiver } from '../hal/byte-channel.ts';

/** What a channel needs of the board at its other end. */
export interface ChannelEnd {
  fromHost(channel: BoardChannel, bytes: Uint8Array): void;
  hostClosed(channel: BoardChannel): void;
}

/** Bytes kept for a receiver that has not come yet. */
const MOST_KEPT = 64 * 1024;

/** One client's wire to a simulated board, in this process. */
export class BoardChannel implements ByteChannel {
  readonly description: ChannelDescription;
  readonly #end: ChannelEnd;
  #receiver: ChannelReceiver | undefined;
  #kept: Uint8Array[] = [];
  #keptBytes = 0;
  #state: 'open' | 'closed' | 'gone' = 'open';
  #reason = '';

  constructor(description: ChannelDescription, end: ChannelEnd) {
    this.description = description;
    this.#end = end;
  }

  write(bytes: Uint8Array): Promise<void> {
    if (this.#state !== 'open') {
      return Promise.reject(new Error(this.#state === 'closed' ? 'the channel was closed' : this.#reason));
    }
    this.#end.fromHost(this, bytes.slice());
    return Promise.resolve();
  }

  setReceiver(receiver: ChannelReceiver): void {
    this.#receiver = receiver;
    const kept = this.#kept;
    this.#kept = [];
    this.#keptBytes = 0;
    for (const bytes of kept) receiver.data(bytes);
    if (this.#state === 'gone') receiver.closed(this.#reason);
  }

  close(): Promise<void> {
    if (this.#state === 'open') {
      this.#state = 'closed';
      this.#end.hostClosed(this);
    }
    return Promise.resolve();
  }

  /** From the board. Bytes for a closed channel go nowhere. */
  deliver(bytes: Uint8Array): void {
    if (this.#state !== 'open') return;
    if (this.#receiver !== undefined) {
      this.#receiver.data(bytes);
      return;
    }
    const kept = bytes.slice(0, MOST_KEPT - this.#keptBytes);
    this.#keptBytes += kept.length;
    if (kept.length > 0) this.#kept.push(kept);
  }

  /** From the board: the cable is gone. */
  gone(reason: string): void {
    if (this.#state !== 'open') return;
    this.#state = 'gone';
    this.#reason = reason;
    this.#receiver?.closed(reason);
  }
}
