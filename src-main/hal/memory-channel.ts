import type { ByteChannel, ChannelDescription, ChannelReceiver } from './byte-channel.ts';
import { ReceiverSlot } from './receiver-slot.ts';

/** How the two ends of a pair describe themselves; `simulated` kinds with these paths by default. */
export interface MemoryChannelOptions {
  readonly left?: ChannelDescription;
  readonly right?: ChannelDescription;
}

class MemoryChannel implements ByteChannel {
  readonly description: ChannelDescription;
  readonly #slot = new ReceiverSlot();
  #peer: MemoryChannel | undefined;

  constructor(description: ChannelDescription) {
    this.description = description;
  }

  join(peer: MemoryChannel): void {
    this.#peer = peer;
  }

  write(bytes: Uint8Array): Promise<void> {
    const peer = this.#peer;
    if (this.#slot.over || peer === undefined) return Promise.reject(new Error('the channel is closed'));
    const copy = bytes.slice();
    queueMicrotask(() => peer.#receive(copy));
    return Promise.resolve();
  }

  setReceiver(receiver: ChannelReceiver): void {
    this.#slot.set(receiver);
  }

  close(): Promise<void> {
    if (!this.#slot.over) {
      const peer = this.#peer;
      queueMicrotask(() => peer?.left());
    }
    this.#slot.silence();
    return Promise.resolve();
  }

  /** The other end is gone. */
  left(): void {
    this.#slot.closed('the other side closed the channel');
  }

  #receive(bytes: Uint8Array): void {
    if (!this.#slot.data(bytes)) {
      this.#slot.closed('more came than could be kept before anybody listened');
      this.#peer?.left();
    }
  }
}

/**
 * Two joined ends in this process: what one writes the other receives, in order, never within the call that wrote it.
 * Behaves like every other channel, so tests and the single-PC line run the same code as over a wire.
 */
export function memoryChannelPair(options: MemoryChannelOptions = {}): readonly [ByteChannel, ByteChannel] {
  const left = new MemoryChannel(options.left ?? { kind: 'simulated', path: 'memory:left', connector: 'memory:left' });
  const right = new MemoryChannel(
    options.right ?? { kind: 'simulated', path: 'memory:right', connector: 'memory:right' },
  );
  left.join(right);
  right.join(left);
  return [left, right];
}
